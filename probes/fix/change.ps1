# Makes, looks at or undoes the changes of one plan on one host. RDPSWEEP_ARGS is a JSON object:
#   mode     read, apply or undo
#   changes  Base64 of UTF-8 lines "kind|place|name|before|after" (core/change.hpp)
#   restart  true: start TermService anew afterwards, which ends every session
# Everything is looked at before anything is written: a host on which something is neither as planned
# nor done already is left as it is. One line comes back, framed as the collector's: for each change
# what it was found as, what was done, and what it is now.

$ErrorActionPreference = 'Stop'
$arguments = "$env:RDPSWEEP_ARGS"
$mode = if ($arguments -match '"mode"\s*:\s*"(read|apply|undo)"') { $Matches[1] } else { 'read' }
$lines = ''
if ($arguments -match '"changes"\s*:\s*"([A-Za-z0-9+/=]*)"') {
  $lines = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($Matches[1]))
}
try { $hklm = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64') }
catch { $hklm = [Microsoft.Win32.Registry]::LocalMachine }

# What Windows says was the cause, with its number where it has one.
function Get-Reason($record) {
  $cause = $record.Exception
  while ($cause.InnerException) { $cause = $cause.InnerException }
  if ($cause.NativeErrorCode) { "$($cause.Message) ($($cause.NativeErrorCode))" } else { "$($cause.Message)" }
}

# --- bytes ---

function Get-Hex($bytes) { ([BitConverter]::ToString($bytes) -replace '-').ToLowerInvariant() }

function Get-Bytes($hex) {
  ,[byte[]]@(for ($at = 0; $at -lt $hex.Length; $at += 2) {
      [Convert]::ToByte($hex.Substring($at, 2), 16)
    })
}

# --- registry values ---

# How many of the last levels of a key are missing.
function Get-MissingLevels($place) {
  $levels = $place -split '\\'
  $missing = 0
  for ($count = $levels.Length; $count -gt 0; $count--) {
    if ($hklm.OpenSubKey(($levels[0..($count - 1)] -join '\'))) { break }
    $missing++
  }
  $missing
}

function Get-ValueState($change) {
  $key = $hklm.OpenSubKey($change.place)
  if (!$key) { return "absent/$(Get-MissingLevels $change.place)" }
  $value = $key.GetValue($change.name)
  if ($null -eq $value) { return 'absent' }
  $kind = "$($key.GetValueKind($change.name))"
  if ($kind -eq 'DWord') { return "dword:$([int64]$value -band 4294967295)" }
  if ($kind -eq 'Binary') {
    return "binary:$(Get-Hex $value)"
  }
  "other:$kind"
}

# Deletes the value, and the levels of its key that were made for it and hold nothing else.
function Remove-Value($change, $levels) {
  $key = $hklm.OpenSubKey($change.place, $true)
  if ($key) { $key.DeleteValue($change.name, $false) }
  $place = $change.place
  for ($count = 0; $count -lt $levels; $count++) {
    $found = $hklm.OpenSubKey($place)
    $cut = $place.LastIndexOf('\')
    $above = $place.Substring(0, $cut)
    if ($found -and $found.SubKeyCount -eq 0 -and $found.ValueCount -eq 0) {
      $hklm.OpenSubKey($above, $true).DeleteSubKey($place.Substring($cut + 1))
    }
    $place = $above
  }
}

function Set-ValueState($change, $state) {
  if ($state -match '^absent(?:/(\d+))?$') {
    Remove-Value $change ([int]$Matches[1])
  }
  elseif ($state -match '^dword:(\d+)$') {
    $number = [BitConverter]::ToInt32([BitConverter]::GetBytes([uint32]$Matches[1]), 0)
    $hklm.CreateSubKey($change.place).SetValue($change.name, $number, 'DWord')
  }
  elseif ($state -match '^binary:((?:[0-9a-f]{2})*)$') {
    $hklm.CreateSubKey($change.place).SetValue($change.name, (Get-Bytes $Matches[1]), 'Binary')
  }
  else { throw "not a state of a value: $state" }
}

# --- rights ---

$program_data = [Environment]::GetFolderPath('CommonApplicationData')

function Get-Path($change) { $change.place -replace '^%ProgramData%', $program_data }

function Get-Descriptor($change) {
  if ($change.kind -eq 'key') { return $hklm.OpenSubKey($change.place).GetAccessControl('Access,Owner') }
  $path = Get-Path $change
  if ($change.kind -eq 'folder') {
    New-Object Security.AccessControl.DirectorySecurity $path, 'Access,Owner'
  }
  else { New-Object Security.AccessControl.FileSecurity $path, 'Access,Owner' }
}

function Get-RightsState($change) {
  'sddl:' + (Get-Descriptor $change).GetSecurityDescriptorSddlForm('Access,Owner')
}

function Set-RightsState($change, $state) {
  if ($state -notmatch '^sddl:(.+)$') { throw "not a state of rights: $state" }
  $descriptor = Get-Descriptor $change
  # The DACL only: an owner can be given back by few.
  $descriptor.SetSecurityDescriptorSddlForm($Matches[1], 'Access')
  $path = Get-Path $change
  if ($change.kind -eq 'key') {
    # With these rights alone: what is in the key may be denied.
    $key = $hklm.OpenSubKey($change.place, 'ReadWriteSubTree', 'ReadPermissions,ChangePermissions')
    $key.SetAccessControl($descriptor)
  }
  elseif ($change.kind -eq 'folder') { [IO.Directory]::SetAccessControl($path, $descriptor) }
  else { [IO.File]::SetAccessControl($path, $descriptor) }
}

# --- what only SYSTEM may write: by a task that runs once ---

$is_system = "$([Security.Principal.WindowsIdentity]::GetCurrent().User)" -eq 'S-1-5-18'

function Get-TaskFolder {
  $scheduler = New-Object -ComObject Schedule.Service
  $scheduler.Connect()
  $scheduler.GetFolder('\')
}

function Find-Task($folder, $name) {
  $hidden_too = 1
  foreach ($task in $folder.GetTasks($hidden_too)) { if ($task.Name -eq $name) { return $task } }
}

function Get-TaskState($change) {
  if (!(Find-Task (Get-TaskFolder) $change.place)) { return 'absent' }
  $change.why = 'a run that was cut off left it: undo that one, or wait until Windows has deleted it'
  'other:halfway'
}

function Remove-Task($change) {
  $folder = Get-TaskFolder
  $task = Find-Task $folder $change.place
  if (!$task) { return }
  $task.Stop(0)
  $folder.DeleteTask($change.place, 0)
}

# The text in quotes, which PowerShell also takes in four forms beyond ASCII.
function Get-Quoted($text) { "'" + ($text -replace "['\u2018-\u201b]", '$0$0') + "'" }

# The functions above that make this change, as text, and their call.
function Get-TaskScript($change, $state) {
  $head = '$ErrorActionPreference = "Stop"; $hklm = [Microsoft.Win32.Registry]::LocalMachine; '
  $fields = foreach ($name in 'kind', 'place', 'name') { "$name = $(Get-Quoted $change[$name])" }
  $call = "@{ $($fields -join '; ') } $(Get-Quoted $state)"
  if ($change.kind -eq 'value') {
    return "${head}function Get-Bytes {${function:Get-Bytes}}
function Remove-Value {${function:Remove-Value}}
function Set-ValueState {${function:Set-ValueState}}
Set-ValueState $call"
  }
  "$head`$program_data = $(Get-Quoted $program_data)
function Get-Path {${function:Get-Path}}
function Get-Descriptor {${function:Get-Descriptor}}
function Set-RightsState {${function:Set-RightsState}}
Set-RightsState $call"
}

# Its trigger never starts it: that it ends lets Windows delete a task that was left behind.
function Get-TaskXml($script) {
  $code = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($script))
  $end = [DateTime]::UtcNow.AddMinutes(10).ToString('s') + 'Z'
  '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><Triggers>' +
  '<TimeTrigger><StartBoundary>2000-01-01T00:00:00Z</StartBoundary><EndBoundary>' + $end +
  '</EndBoundary></TimeTrigger></Triggers><Principals><Principal id="A"><UserId>S-1-5-18</UserId>' +
  '<RunLevel>HighestAvailable</RunLevel></Principal></Principals><Settings><Hidden>true</Hidden>' +
  '<DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>' +
  '<ExecutionTimeLimit>PT5M</ExecutionTimeLimit><DeleteExpiredTaskAfter>PT0S</DeleteExpiredTaskAfter>' +
  '</Settings><Actions Context="A"><Exec><Command>' +
  "$env:SystemRoot\System32\WindowsPowerShell\v1.0\powershell.exe</Command><Arguments>" +
  "-NoProfile -NonInteractive -EncodedCommand $code</Arguments></Exec></Actions></Task>"
}

# Waits for at most a minute, and leaves no task behind, however it ended.
function Invoke-AsSystem($change, $state) {
  $name = $change.door.place
  Remove-Task $change.door # of a run that was cut off
  $folder = Get-TaskFolder
  $create = 2
  $as_service_account = 5
  $xml = Get-TaskXml (Get-TaskScript $change $state)
  $task = $folder.RegisterTask($name, $xml, $create, $null, $null, $as_service_account)
  try {
    $task.Run($null) | Out-Null
    $under_way = 0x41301, 0x41303 # it runs; it has not run yet
    for ($waited = 0; $waited -lt 240; $waited++) {
      $result = (Find-Task $folder $name).LastTaskResult
      if ($under_way -notcontains $result) { break }
      Start-Sleep -Milliseconds 250
    }
    if ($result -ne 0) { throw ('the task of SYSTEM ended with 0x{0:x}' -f $result) }
  }
  finally { Remove-Task $change.door }
  $change.door.did = 'written'
}

# --- Windows' own RDP certificate ---

$own_store = 'SOFTWARE\Microsoft\SystemCertificates\Remote Desktop\Certificates'
$stations = 'SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations'

function Get-BlobOf($thumbprint) {
  $key = $hklm.OpenSubKey("$own_store\$thumbprint")
  if ($key) { ,$key.GetValue('Blob') }
}

# The certificate that Windows says it made for itself.
function Get-OwnThumbprint {
  $bytes = $hklm.OpenSubKey($stations).GetValue('SelfSignedCertificate')
  if ($bytes) { Get-Hex $bytes } else { 'none' }
}

function Get-KeyPath($name) { "$program_data\Microsoft\Crypto\RSA\MachineKeys\$name" }

# Where the key file waits for its certificate to come back: a name that no container has.
function Get-AsidePath($change) {
  Get-KeyPath "rdpsweep-$($change.place -replace '^(.{8}).*', '$1')-$($change.name)"
}

# The place is "none" where Windows has made no certificate yet.
function Get-CertificateState($change) {
  $own = Get-OwnThumbprint
  $blob = Get-BlobOf $change.place
  if (!$blob -and $own -ne 'none' -and $own -ne $change.place -and (Get-BlobOf $own)) { return 'renewed' }
  $moved = [IO.File]::Exists((Get-AsidePath $change))
  if ($moved -or (!$blob -and $change.place -ne 'none')) { return 'other:halfway' }
  $path = Get-KeyPath $change.name
  $size = if ([IO.File]::Exists($path)) { (New-Object IO.FileInfo $path).Length } else { 'none' }
  $found = "certificate:${own}:${size}:$(if ($blob) { Get-Hex $blob })"
  # There is no Blob by which the end of the way back could be told.
  if ($change.place -eq 'none' -and $found -ne $change.before) { 'other:halfway' } else { $found }
}

# Both names are of one folder: the file keeps its rights.
function Invoke-Renewal($change) {
  if ($change.place -ne 'none') { $hklm.OpenSubKey($own_store, $true).DeleteSubKey($change.place) }
  $path = Get-KeyPath $change.name
  if ([IO.File]::Exists($path)) { [IO.File]::Move($path, (Get-AsidePath $change)) }
  Restart-One (Get-Controller @{ place = 'SessionEnv' })
  for ($waited = 0; $waited -lt 60; $waited++) {
    if ((Get-CertificateState $change) -eq 'renewed') { return }
    Start-Sleep -Milliseconds 500
  }
  throw 'Windows made no new certificate within 30 seconds'
}

# Takes away what Windows made since, then puts back what it made before: the Blob last, so that as long
# as it is not there the way back is not at its end.
function Undo-Renewal($change, $own, $size, $blob) {
  $now = Get-OwnThumbprint
  if ($now -ne 'none' -and $now -ne $own -and (Get-BlobOf $now)) {
    $hklm.OpenSubKey($own_store, $true).DeleteSubKey($now.ToUpperInvariant())
  }
  $path = Get-KeyPath $change.name
  $aside = Get-AsidePath $change
  $is_new = [IO.File]::Exists($aside) -or $size -eq 'none'
  if ($is_new -and [IO.File]::Exists($path)) { [IO.File]::Delete($path) }
  if ([IO.File]::Exists($aside)) { [IO.File]::Move($aside, $path) }
  $key = $hklm.OpenSubKey($stations, $true)
  if ($own -eq 'none') { $key.DeleteValue('SelfSignedCertificate', $false) }
  else { $key.SetValue('SelfSignedCertificate', (Get-Bytes $own), 'Binary') }
  if (!$blob) { return }
  $hklm.CreateSubKey("$own_store\$($change.place)").SetValue('Blob', (Get-Bytes $blob), 'Binary')
}

function Set-CertificateState($change, $state) {
  if ($state -eq 'renewed') { Invoke-Renewal $change }
  elseif ($state -match '^certificate:(none|[0-9a-f]+):(none|\d+):([0-9a-f]*)$') {
    Undo-Renewal $change $Matches[1] $Matches[2] $Matches[3]
  }
  else { throw "not a state of a certificate: $state" }
}

# --- the boot configuration ---

# Names of bcdedit and numbers of the store's elements (BcdLibraryInteger_..., BcdOSLoaderBoolean_...).
$boot_elements = @{ ems = '260000b0'; emsport = '15000022'; emsbaudrate = '15000023' }

function Get-BootElement($object, $element) {
  $key = $hklm.OpenSubKey("BCD00000000\Objects\$object\Elements\$element")
  if ($key) { ,$key.GetValue('Element') }
}

function Get-BootObject($place) {
  if ($place -eq '{emssettings}') { return '{0ce4991b-e6b3-4b16-b23c-5e0d9250e5d9}' }
  # What the boot manager starts by default.
  "$(Get-BootElement '{9dea862c-5cdd-4e70-acc1-f32b344d4795}' '23000003')"
}

# BitLocker may ask for its recovery key after a change here.
function Test-BitLocker {
  if (!$env:SystemDrive) { throw 'the system drive is not known' }
  $query = "SELECT ProtectionStatus FROM Win32_EncryptableVolume WHERE DriveLetter='$env:SystemDrive'"
  try {
    $volumes = @(Get-WmiObject -Namespace 'root\cimv2\Security\MicrosoftVolumeEncryption' `
        -Authentication PacketPrivacy -Query $query)
  }
  catch {
    # Server editions have the namespace, or its class, only where BitLocker is installed.
    $invalid_namespace = -2147217394
    $invalid_class = -2147217392
    if ($invalid_namespace, $invalid_class -contains [int]$_.Exception.ErrorCode) { return }
    throw
  }
  foreach ($volume in $volumes) {
    if ($volume.ProtectionStatus -ne 0) {
      throw 'BitLocker protects the system drive: suspend it first'
    }
  }
}

function Get-BootState($change) {
  Test-BitLocker
  if (!$hklm.OpenSubKey('BCD00000000')) { throw 'the boot configuration is not to be seen' }
  $value = Get-BootElement (Get-BootObject $change.place) $boot_elements[$change.name]
  if ($null -eq $value) { 'absent' }
  elseif ($change.name -ne 'ems') { "boot:$([BitConverter]::ToUInt32($value, 0))" }
  elseif ($value[0] -ne 0) { 'boot:on' }
  else { 'boot:off' }
}

function Set-BootState($change, $state) {
  if ($state -eq 'absent') { bcdedit.exe /deletevalue $change.place $change.name | Out-Null }
  elseif ($state -match '^boot:(on|off|\d+)$') {
    bcdedit.exe /set $change.place $change.name $Matches[1] | Out-Null
  }
  else { throw "not a state of the boot configuration: $state" }
  if ($LASTEXITCODE -ne 0) { throw "bcdedit ended with $LASTEXITCODE" }
}

# --- inbound rules of ours for TermService ---

$rules = 'SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules'

function Get-FirewallState($change) {
  $key = $hklm.OpenSubKey($rules)
  foreach ($id in $key.GetValueNames()) {
    $rule = "$($key.GetValue($id))"
    if ($rule.Contains("|Name=$($change.place)|") -and $rule -match '\|LPort=(\d+)\|') {
      return "rule:$($Matches[1])"
    }
  }
  'absent'
}

# By the firewall's own program: what is only written to the registry is not in force.
function Set-FirewallState($change, $state) {
  if ($state -eq 'absent') {
    netsh.exe advfirewall firewall delete rule "name=$($change.place)" | Out-Null
  }
  elseif ($state -match '^rule:(\d+)$') {
    netsh.exe advfirewall firewall add rule "name=$($change.place)" dir=in action=allow `
      protocol=TCP "localport=$($Matches[1])" service=termservice `
      "program=$env:SystemRoot\system32\svchost.exe" | Out-Null
  }
  else { throw "not a state of a firewall rule: $state" }
  if ($LASTEXITCODE -ne 0) { throw "netsh ended with $LASTEXITCODE" }
}

# --- services ---

function Get-StartState($change) {
  $key = $hklm.OpenSubKey("SYSTEM\CurrentControlSet\Services\$($change.place)")
  if (!$key) { return 'other:absent' }
  "start:$($key.GetValue('Start'))"
}

# By the service manager, which would not look at the registry before the next start of Windows.
function Set-StartState($change, $state) {
  $type = switch ($state) {
    'start:2' { 'Automatic' }
    'start:3' { 'Manual' }
    'start:4' { 'Disabled' }
    default { throw "not a state of a service: $state" }
  }
  Set-Service $change.place -StartupType $type
}

function Get-Controller($change) { New-Object ServiceProcess.ServiceController $change.place }

function Get-RunState($change) {
  $status = "$((Get-Controller $change).Status)"
  if ($status -eq 'Running') { 'running' }
  elseif ($status -eq 'Stopped') { 'stopped' }
  elseif (!$status) { 'other:absent' }
  else { "other:$status" }
}

# Judged by its end: Windows refuses what is done or under way already (1056, 1062), and a service that
# comes up by itself may do so between a look and the call.
function Invoke-Control($controller, $wanted) {
  $on_the_way = if ($wanted -eq 'Running') { 'StartPending' } else { 'StopPending' }
  try { if ($wanted -eq 'Running') { $controller.Start() } else { $controller.Stop() } }
  catch {
    $why = Get-Reason $_
    $controller.Refresh()
    if ($wanted, $on_the_way -notcontains "$($controller.Status)") { throw $why }
  }
  $controller.WaitForStatus($wanted, (New-Object TimeSpan 0, 0, 30))
}

# Those that need it go down with it.
function Restart-One($controller) {
  if ("$($controller.Status)" -ne 'Stopped') { Invoke-Control $controller 'Stopped' }
  Invoke-Control $controller 'Running'
}

function Set-RunState($change, $state) {
  $controller = Get-Controller $change
  $wanted = if ($state -eq 'running') { 'Running' } else { 'Stopped' }
  # They would be stopped along with it, and nobody would start them again.
  $others = if ($wanted -eq 'Stopped' -and $mode -eq 'apply') { $controller.DependentServices }
  foreach ($other in $others) {
    if ("$($other.Status)" -ne 'Stopped') { throw "$($other.ServiceName) depends on it" }
  }
  Invoke-Control $controller $wanted
}

function Get-AccountSid($name) {
  if ($name -eq 'LocalSystem') { return 'S-1-5-18' }
  if ($name -match '^NT AUTHORITY\\Local ?Service$') { return 'S-1-5-19' }
  if ($name -match '^NT AUTHORITY\\Network ?Service$') { return 'S-1-5-20' }
  (New-Object Security.Principal.NTAccount $name).Translate([Security.Principal.SecurityIdentifier]).Value
}

function Get-AccountState($change) {
  $key = $hklm.OpenSubKey("SYSTEM\CurrentControlSet\Services\$($change.place)")
  if (!$key) { return 'other:absent' }
  $name = "$($key.GetValue('ObjectName'))"
  "account:$(Get-AccountSid $name):$name"
}

# Of accounts that have no password: another one could not be put back.
function Set-AccountState($change, $state) {
  if ($state -match '^account:S-1-5-20$') { $name = 'NT AUTHORITY\NetworkService' }
  elseif ($state -match '^account:S-1-5-(?:18|19|20|80-[\d-]+):(.+)$') { $name = $Matches[1] }
  else { throw "not a state of a service's account: $state" }
  sc.exe config $change.place obj= $name | Out-Null
  if ($LASTEXITCODE -ne 0) { throw "sc ended with $LASTEXITCODE" }
}

# --- changes ---

function Get-State($change) {
  switch ($change.kind) {
    'value' { Get-ValueState $change }
    'start' { Get-StartState $change }
    'run' { Get-RunState $change }
    'certificate' { Get-CertificateState $change }
    'boot' { Get-BootState $change }
    'firewall' { Get-FirewallState $change }
    'account' { Get-AccountState $change }
    'task' { Get-TaskState $change }
    default { Get-RightsState $change }
  }
}

function Set-State($change, $state) {
  if ($change.door -and !$is_system) { return Invoke-AsSystem $change $state }
  switch ($change.kind) {
    'value' { Set-ValueState $change $state }
    'start' { Set-StartState $change $state }
    'run' { Set-RunState $change $state }
    'certificate' { Set-CertificateState $change $state }
    'boot' { Set-BootState $change $state }
    'firewall' { Set-FirewallState $change $state }
    'account' { Set-AccountState $change $state }
    'task' { Remove-Task $change }
    default { Set-RightsState $change $state }
  }
}

function Test-Same($planned, $found) {
  if ($planned -eq 'start:enabled') { return $found -match '^start:[23]$' }
  # An account is planned by its SID; its name is found.
  if ($planned -match '^account:[^:]+$' -and $found.StartsWith("${planned}:")) { return $true }
  $planned -ceq $found -or ($planned -match '^absent(/|$)' -and $found -match '^absent(/|$)')
}

function Read-Changes {
  foreach ($line in $lines -split "`n") {
    $fields = $line -split '\|'
    if ($fields.Length -ne 5) { continue }
    $change = @{ kind = $fields[0]; place = $fields[1]; name = $fields[2]; before = $fields[3]
      after = $fields[4]; did = 'kept' }
    try { $change.found = Get-State $change }
    catch {
      $change.found = 'other:unread'
      $change.why = Get-Reason $_
    }
    $change
  }
}

# What is to be written: nothing when a change is neither as expected nor done.
function Get-Work($changes) {
  $drift = $false
  $work = @(foreach ($change in $changes) {
      $from = if ($mode -eq 'apply') { $change.before } else { $change.after }
      $to = if ($mode -eq 'apply') { $change.after } else { $change.before }
      if (Test-Same $to $change.found) { continue }
      # What broke off half-way is not begun again, only undone.
      $halfway = $mode -eq 'undo' -and $change.found -eq 'other:halfway'
      if ($halfway -or (Test-Same $from $change.found)) {
        $change.to = $to
        $change
      }
      else {
        $change.did = 'drift'
        $drift = $true
      }
    })
  if (!$drift) { $work }
}

function Invoke-Work($work) {
  foreach ($change in $work) {
    try {
      Set-State $change $change.to
      $change.did = 'written'
    }
    catch {
      $change.did = 'failed'
      $change.why = Get-Reason $_
      return
    }
  }
}

$changes = @(Read-Changes)
# What is written as SYSTEM has a task of its own, which names its place.
foreach ($task in @($changes | Where-Object { $_.kind -eq 'task' })) {
  foreach ($change in $changes) {
    if ($change.kind -ne 'task' -and $change.place -eq $task.name) { $change.door = $task }
  }
}
if ($mode -ne 'read') {
  $work = @(Get-Work $changes)
  if ($mode -eq 'undo') { [array]::Reverse($work) }
  Invoke-Work $work
}
function Test-Listening {
  $port = $hklm.OpenSubKey("$stations\RDP-Tcp").GetValue('PortNumber')
  $network = [Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties()
  foreach ($point in $network.GetActiveTcpListeners()) { if ($point.Port -eq $port) { return $true } }
  $false
}

# Judged by its end: TermService runs, and had the time to listen. What needs it goes down with it, and
# comes up again where it ran; that it is disabled meanwhile is no failure of the restart.
function Restart-Listener {
  $term = Get-Controller @{ place = 'TermService' }
  $others = @($term.DependentServices | Where-Object { "$($_.Status)" -eq 'Running' })
  Restart-One $term
  foreach ($other in $others) {
    try { Invoke-Control $other 'Running' }
    catch { $changes[0].why = "$($other.ServiceName): $(Get-Reason $_)" }
  }
  for ($waited = 0; $waited -lt 20 -and !(Test-Listening); $waited++) { Start-Sleep -Milliseconds 500 }
}

$wrong = @($changes | Where-Object { $_.did -eq 'drift' -or $_.did -eq 'failed' })
# It was stopped before, and is again.
$stays_down = $mode -eq 'undo' -and @($changes | Where-Object {
    $_.kind -eq 'run' -and $_.place -eq 'TermService' -and $_.before -eq 'stopped' })
if ($mode -ne 'read' -and $arguments -match '"restart"\s*:\s*true' -and !$wrong -and !$stays_down) {
  try { Restart-Listener }
  catch {
    $changes[0].did = 'failed'
    $changes[0].why = "TermService: $(Get-Reason $_)"
  }
}
foreach ($change in $changes) {
  try { $change.now = Get-State $change } catch { $change.now = 'other:unread' }
}

# --- the answer: texts in Base64, so that the document needs no escapes ---

function Get-Text($text) { [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes("$text")) }

# CRC-32 (IEEE 802.3) in Int32, as the collector computes it.
function Get-Crc32($text) {
  $table = @(for ($i = 0; $i -lt 256; $i++) {
      $c = $i
      for ($bit = 0; $bit -lt 8; $bit++) {
        $half = (($c -band -2) / 2) -band 0x7FFFFFFF
        $c = if ($c -band 1) { $half -bxor -306674912 } else { $half }
      }
      $c
    })
  $crc = -1
  foreach ($byte in [byte[]][char[]]$text) {
    $crc = ((($crc -band -256) / 256) -band 0xFFFFFF) -bxor $table[($crc -bxor $byte) -band 255]
  }
  '{0:x8}' -f ($crc -bxor -1)
}

$rows = foreach ($change in $changes) {
  '{"found":"' + (Get-Text $change.found) + '","did":"' + $change.did + '","now":"' +
  (Get-Text $change.now) + '","why":"' + (Get-Text $change.why) + '"}'
}
$json = '{"schema":"changes/1","mode":"' + $mode + '","changes":[' + ($rows -join ',') + ']}'
$nonce = if ("$env:RDPSWEEP_NONCE" -match '^\w{1,64}\z') { $env:RDPSWEEP_NONCE } else { 'none' }
[Console]::Out.Write("RDPSWEEP1 $nonce $($json.Length) $(Get-Crc32 $json) $json`n")
