# rdpsweep collector: looks at everything RDP needs on this machine and prints it as one line,
#   RDPSWEEP1 <nonce> <length> <crc32> <facts/1 JSON in ASCII>
# or, in the lean profile, as short rows (Get-Rows).
# It changes nothing: no file, service, registry value or setting. Parameters come from the
# environment: RDPSWEEP_NONCE, and RDPSWEEP_ARGS such as
#   {"profile":"full","handshake":true,"event_hours":24}
# Grammar and cmdlets are those of PowerShell 2.0. Nothing depends on the display language: SIDs,
# numbers and names of keys only. What is absent gets no key in the JSON; what cannot be read is
# listed under "unread". Every byte of this file is sent to every host, hence the narrow indent.

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$began = [DateTime]::UtcNow
$facts = @{ schema = 'facts/1' }
$state = @{ unread = @(); port = 3389; build = 0; sockets = @(); services = @{}
  events = @() }
$arguments = "$env:RDPSWEEP_ARGS"
$lean = $arguments -match '"profile"\s*:\s*"lean"'
# What the way back keeps of the end, if that is little; then rows need not fit a console either.
$most = if ($arguments -match '"most"\s*:\s*(\d{1,6})') { [int]$Matches[1] } else { 0 }
$width = if ($most) { 1000 } else { 56 }
$mode = "$($ExecutionContext.SessionState.LanguageMode)"
$wow64 = "$env:PROCESSOR_ARCHITEW6432" -ne ''
$hklm = $null

$current = 'SYSTEM\CurrentControlSet'
$server_key = "$current\Control\Terminal Server"
$policy_key = 'SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services'
$firewall_key = "$current\Services\SharedAccess\Parameters\FirewallPolicy"
$firewall_policy = 'SOFTWARE\Policies\Microsoft\WindowsFirewall'
$schannel_key = "$current\Control\SecurityProviders\SCHANNEL"

# --- what could not be read ---

function Add-Unread($ptr, $why, $code) {
  $state.unread += @{ ptr = $ptr; why = $why; code = "$code" }
}

# The exception that a .NET call threw; PowerShell wraps it.
function Get-Cause($record) {
  $cause = $record.Exception
  while ($cause.InnerException) { $cause = $cause.InnerException }
  $cause
}

# WMI, COM and Win32 exceptions have a code of their own.
function Get-Code($cause) {
  $number = if ($cause.NativeErrorCode) { $cause.NativeErrorCode }
  elseif ($cause.ErrorCode) { $cause.ErrorCode }
  else { [Runtime.InteropServices.Marshal]::GetHRForException($cause) }
  '0x{0:x8}' -f [int]$number
}

function Add-Failure($ptr, $record) {
  $cause = Get-Cause $record
  $code = Get-Code $cause
  $why = 'error'
  if ($cause -is [UnauthorizedAccessException] -or $cause -is [Security.SecurityException] -or
    $code -match '^0x(80041003|80070005|00000005)$') { $why = 'denied' }
  # 0x40004 is WMI's; an event log shows its Win32 error only as a text, in Windows' language.
  elseif ($cause -is [TimeoutException] -or $code -eq '0x00040004' -or
    $cause.Message -eq (New-Object ComponentModel.Win32Exception 1460).Message) { $why = 'timeout' }
  elseif ($cause -is [IO.DirectoryNotFoundException]) { $why = 'absent' }
  # No such cmdlet, type, method, WMI namespace or class: an older or a smaller Windows.
  elseif ($cause -is [NotSupportedException] -or $code -match '^0x(8004100e|80041010)$' -or
    $record.FullyQualifiedErrorId -match '^(Command|Type|Method)NotFound') { $why = 'unsupported' }
  Add-Unread $ptr $why $code
}

# --- registry: the 64-bit view ---

# Null when the key does not exist; throws when it may not be read.
function Open-Key($path) { $hklm.OpenSubKey($path) }

function Get-SubKeys($key) { if ($key) { $key.GetSubKeyNames() | Select-Object -First 64 } }

# .NET returns DWORDs as Int32.
function Get-Unsigned($number) { if ($number -lt 0) { $number + 4294967296L } else { $number } }

# Adds the REG_DWORD $value of $key as $to[$name].
function Add-Dword($to, $name, $key, $value, $ptr) {
  if (!$key) { return }
  try {
    $data = $key.GetValue($value)
    if ($data -is [int]) { $to[$name] = Get-Unsigned $data }
    elseif ($null -ne $data) { Add-Unread "$ptr/$name" 'error' 'wrong type' }
  } catch { Add-Failure "$ptr/$name" $_ }
}

# REG_SZ, and REG_EXPAND_SZ expanded.
function Add-Text($to, $name, $key, $value, $ptr) {
  if (!$key) { return }
  try {
    $data = $key.GetValue($value)
    if ($data -is [string]) { $to[$name] = $data }
    elseif ($null -ne $data) { Add-Unread "$ptr/$name" 'error' 'wrong type' }
  } catch { Add-Failure "$ptr/$name" $_ }
}

# Dwords in pairs: 'port=PortNumber lan=LanAdapter'.
function Add-Dwords($to, $pairs, $key, $ptr) {
  foreach ($pair in $pairs -split ' ') {
    $name, $value = $pair -split '='
    Add-Dword $to $name $key $value $ptr
  }
}

# REG_MULTI_SZ, or REG_SZ with commas. An empty list is not an absent one.
function Add-List($to, $name, $key, $value, $ptr) {
  if (!$key) { return }
  try {
    $data = $key.GetValue($value)
    if ($null -eq $data) { return }
    $to[$name] = @($data | ForEach-Object { "$_" -split ',' } | ForEach-Object { $_.Trim() } |
      Where-Object { $_ })
  } catch { Add-Failure "$ptr/$name" $_ }
}

function Add-Hex($to, $name, $key, $value, $ptr) {
  if (!$key) { return }
  $data = $key.GetValue($value)
  if ($data -is [byte[]]) {
    $to[$name] = [BitConverter]::ToString($data).Replace('-', '').ToLowerInvariant()
  } elseif ($null -ne $data) { Add-Unread "$ptr/$name" 'error' 'wrong type' }
}

# --- WMI and times ---

# Get-WmiObject waits without limit; a searcher waits 15 s for each row.
function Read-Wmi($query, $namespace = 'root\cimv2') {
  if ($PSVersionTable.PSVersion.Major -ge 6) {
    return Get-CimInstance -Namespace $namespace -Query $query -OperationTimeoutSec 15
  }
  try { $searcher = New-Object Management.ManagementObjectSearcher($namespace, $query) }
  catch { return Get-WmiObject -Namespace $namespace -Query $query -Authentication PacketPrivacy }
  $searcher.Scope.Options.Authentication = 'PacketPrivacy'
  $searcher.Options.Timeout = [TimeSpan]'0:0:15'
  $searcher.Get()
}

# The pattern "s" is the same in every culture and calendar.
function Get-Iso($time) { $time.ToUniversalTime().ToString('s') + 'Z' }

# WMI gives times as text, 20261123030000.500000+060.
function Get-WmiTime($value) {
  if ($value -is [DateTime]) { return Get-Iso $value }
  if ("$value" -notmatch '^(\d{14})\.\d{6}([+-]\d{3})$') { return }
  $minutes = [int]$Matches[2]
  $time = [DateTime]::ParseExact($Matches[1], 'yyyyMMddHHmmss',
    [Globalization.CultureInfo]::InvariantCulture)
  Get-Iso ([DateTime]::SpecifyKind($time.AddMinutes(-$minutes), 'Utc'))
}

# --- /os ---

function Read-Os {
  $os = @{}
  $key = Open-Key 'SOFTWARE\Microsoft\Windows NT\CurrentVersion'
  $os.build = [int]$key.GetValue('CurrentBuildNumber')
  $state.build = $os.build
  $os.edition = "$($key.GetValue('EditionID'))"
  $os.install_type = "$($key.GetValue('InstallationType'))"
  Add-Dword $os 'ubr' $key 'UBR' '/os'
  $product = (Open-Key "$current\Control\ProductOptions").GetValue('ProductType')
  $os.product_type = @{ WinNT = 1; LanmanNT = 2; ServerNT = 3 }["$product"]
  $os.winpe = $null -ne (Open-Key "$current\Control\MiniNT")
  $os.locale_lcid = [Globalization.CultureInfo]::InstalledUICulture.LCID
  $key = Open-Key "$current\Services\Tcpip\Parameters"
  $os.host = "$($key.GetValue('Hostname'))"
  $os.domain = "$($key.GetValue('Domain'))"
  $os.fqdn = ($os.host + '.' + $os.domain).TrimEnd('.')
  # A 32-bit process on an old .NET sees another key here, and another GUID.
  if ($wow64 -and [Environment]::Version.Major -lt 4) {
    Add-Unread '/os/machine_guid' 'unsupported' 'wow64'
  } else {
    $os.machine_guid = "$((Open-Key 'SOFTWARE\Microsoft\Cryptography').GetValue('MachineGuid'))"
  }
  try {
    foreach ($row in @(Read-Wmi 'SELECT DomainRole FROM Win32_ComputerSystem')) {
      $os.domain_role = [int]$row.DomainRole
    }
  } catch { Add-Failure '/os/domain_role' $_ }
  try {
    foreach ($row in @(Read-Wmi 'SELECT LastBootUpTime FROM Win32_OperatingSystem')) {
      $os.boot_utc = Get-WmiTime $row.LastBootUpTime
    }
  } catch { Add-Failure '/os/boot_utc' $_ }
  # Told only where less than 1 GiB is left.
  try {
    $query = "SELECT FreeSpace FROM Win32_LogicalDisk WHERE DeviceID='$env:SystemDrive' " +
    'AND FreeSpace<1073741824'
    foreach ($row in @(Read-Wmi $query)) { $os.disk_free_mb = [Math]::Floor($row.FreeSpace / 1MB) }
  } catch { Add-Failure '/os/disk_free_mb' $_ }
  $facts.os = $os
}

# --- /svc ---

# Service accounts have the same English name on every Windows; others are looked up.
function Get-Sid($account) {
  if ($account -match '^(NT AUTHORITY\\)?(Local ?)?System$') { return 'S-1-5-18' }
  if ($account -match '^NT AUTHORITY\\Local ?Service$') { return 'S-1-5-19' }
  if ($account -match '^NT AUTHORITY\\Network ?Service$') { return 'S-1-5-20' }
  $account = $account -replace '^\.\\', "$env:COMPUTERNAME\"
  $found = New-Object Security.Principal.NTAccount $account
  $found.Translate([Security.Principal.SecurityIdentifier]).Value
}

function Add-RunningState($service, $row, $ptr) {
  if ($state.services_failure) {
    Add-Failure "$ptr/state" $state.services_failure
    Add-Failure "$ptr/pid" $state.services_failure
  }
  if (!$row) { return }
  $states = @{ 'Stopped' = 1; 'Start Pending' = 2; 'Stop Pending' = 3; 'Running' = 4
    'Continue Pending' = 5; 'Pause Pending' = 6; 'Paused' = 7 }
  $service.state = $states["$($row.State)"]
  $service.pid = [int64]$row.ProcessId
  $service.exit = Get-Unsigned ([int64]$row.ExitCode)
  if ($service.pid -eq 0) { return }
  try {
    $process = [Diagnostics.Process]::GetProcessById([int]$service.pid)
    $service.proc_start = Get-Iso $process.StartTime
  } catch { Add-Failure "$ptr/proc_start" $_ }
}

function Read-Services {
  # All of them: /listener wants to know which services live in a process.
  try {
    foreach ($row in @(Read-Wmi 'SELECT Name,State,ProcessId,ExitCode FROM Win32_Service')) {
      $state.services["$($row.Name)"] = $row
    }
  } catch { $state.services_failure = $_ }
  $list = @()
  # The last three are roles of a Remote Desktop deployment.
  foreach ($name in 'TermService', 'SessionEnv', 'UmRdpService', 'KeyIso', 'CertPropSvc',
    'CryptSvc', 'gpsvc', 'Tssdis', 'RDMS', 'TScPubRPC') {
    $key = Open-Key "$current\Services\$name"
    if (!$key) { continue }
    $ptr = "/svc/$($list.Count)"
    $service = @{ n = $name }
    Add-Dwords $service 'start=Start type=Type' $key $ptr
    $account = "$($key.GetValue('ObjectName'))"
    try { if ($account) { $service.acct_sid = Get-Sid $account } }
    catch { Add-Failure "$ptr/acct_sid" $_ }
    Add-RunningState $service $state.services[$name] $ptr
    $list += $service
  }
  $facts.svc = $list
}

# --- /listener ---

# Processes that listen on TCP $port, as {a, p, pid}.
function Read-Listening($port) {
  $found = @()
  try {
    $query = 'SELECT LocalAddress,OwningProcess FROM MSFT_NetTCPConnection WHERE State=2 AND LocalPort='
    foreach ($row in @(Read-Wmi "$query$port" 'root\StandardCimv2')) {
      $found += @{ a = "$($row.LocalAddress)" -replace '%.*'; p = $port; pid = [int64]$row.OwningProcess }
    }
  } catch { $found = @() }
  if ($found.Count) { return $found }
  # Windows Server 2008 R2 lacks the class. Of netstat only the columns are used: the state is a
  # translated word. A listener's foreign address is 0.0.0.0:0 or [::]:0.
  foreach ($line in @(netstat.exe -ano)) {
    if ("$line" -match '^\s*TCP\s+(\S+):(\d+)\s+(?:0\.0\.0\.0|\[::\]):0\s.*?(\d+)\s*$' -and
      [int]$Matches[2] -eq $port) {
      @{ a = $Matches[1].Trim('[]') -replace '%.*'; p = $port; pid = [int64]$Matches[3] }
    }
  }
}

function Read-Sockets($port) {
  foreach ($socket in @(Read-Listening $port | Select-Object -First 64)) {
    $ptr = "/listener/sockets/$($state.sockets.Count)"
    try {
      $name = [Diagnostics.Process]::GetProcessById([int]$socket.pid).ProcessName
      $socket.img = if ($socket.pid -eq 4) { $name } else { "$name.exe" }
    } catch { Add-Failure "$ptr/img" $_ }
    if ($state.services_failure) { Add-Failure "$ptr/svcs" $state.services_failure }
    else {
      $socket.svcs = @($state.services.GetEnumerator() |
        Where-Object { [int64]$_.Value.ProcessId -eq $socket.pid } | ForEach-Object { "$($_.Key)" })
    }
    $state.sockets += $socket
  }
}

function Test-Port($token, $port) {
  if ($token -notmatch '^(\d{1,5})(?:-(\d{1,5}))?$') { return $false }
  $high = if ($Matches[2]) { $Matches[2] } else { $Matches[1] }
  [int]$Matches[1] -le $port -and $port -le [int]$high
}

# Inbound TCP rules for the RDP port, for 3389, for any port or for the service. A rule is one text:
# v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=3389|App=...|Svc=termservice|Name=...|
function Read-Firewall($path, $policy) {
  $key = Open-Key $path
  if (!$key) { return }
  foreach ($id in $key.GetValueNames()) {
    $rule = "$($key.GetValue($id))"
    if ($rule -notmatch '\|Dir=In\|' -or $rule -match '\|Protocol=(?!6\|)' -or
      $rule -match '\|App=(?!System\||[^|]*\\svchost\.exe\|)' -or
      $rule -match '\|Svc=(?!termservice\||\*\|)') { continue }
    $ports = @([regex]::Matches($rule, '\|LPort(?:2_\d+)?=([^|]+)') |
      ForEach-Object { $_.Groups[1].Value })
    $ours = @($ports | Where-Object { (Test-Port $_ $state.port) -or (Test-Port $_ 3389) })
    if ($rule -notmatch '\|Svc=termservice\|') {
      if ($ports.Count -and !$ours.Count) { continue }
      # Any port, but of a store app, of one user's programs or for certain clients only.
      if (!$ports.Count -and ($rule -match '\|(AppPkgId|PFN|LUOwn|RPort\w*)=' -or
          ($rule -match '\|Action=Block\|' -and $rule -match '\|RA\w+='))) { continue }
    }
    # What else a connection must be: its adapter, its address here, who is at its other end.
    $limits = @([regex]::Matches($rule, '\|((IF(Type)?|LA[46]|[RL][MU][Aa]uth|Security\w*)=[^|]{1,99})') |
      Select-Object -First 16 | ForEach-Object { $_.Groups[1].Value })
    @{ id = $id; policy = $policy; limits = if ($limits) { , $limits }
      active = $rule -match '\|Active=TRUE\|'
      allow = $rule -notmatch '\|Action=Block\|'
      lport = if ($ports.Count) { $ports -join ',' } else { '*' }
      profiles = @([regex]::Matches($rule, '\|Profile=([^|]+)') |
        ForEach-Object { $_.Groups[1].Value })
      remote = @([regex]::Matches($rule, '\|RA[46]2?=([^|]+)') | Select-Object -First 16 |
        ForEach-Object { $_.Groups[1].Value }) }
  }
}

# Windows itself calls the private profile Standard.
function Read-FirewallProfiles {
  $profiles = @{}
  foreach ($name in 'Domain', 'Private', 'Public') {
    $ptr = "/listener/fw_profiles/$name"
    $own = $name -replace 'Private', 'Standard'
    $values = @{}
    Add-Dword $values 'on' (Open-Key "$firewall_key\${own}Profile") 'EnableFirewall' $ptr
    Add-Dwords $values 'on_policy=EnableFirewall merge=AllowLocalPolicyMerge' `
    (Open-Key "$firewall_policy\${name}Profile") $ptr
    $profiles[$name] = $values
  }
  $profiles
}

function Read-PortProxies {
  foreach ($family in 'v4tov4', 'v4tov6', 'v6tov4', 'v6tov6') {
    $key = Open-Key "$current\Services\PortProxy\$family\tcp"
    if (!$key) { continue }
    foreach ($name in $key.GetValueNames()) { @{ listen = $name; to = "$($key.GetValue($name))" } }
  }
}

function Read-Listener {
  $listener = @{ ts = @{} }
  $server = Open-Key $server_key
  $tcp = Open-Key "$server_key\WinStations\RDP-Tcp"
  $listener.key_present = $null -ne $tcp
  Add-Dwords $listener ('port=PortNumber lan=LanAdapter enabled=fEnableWinStation ' +
    'logon_disabled=fLogonDisabled') $tcp '/listener'
  Add-Dword $listener 'deny_local' $server 'fDenyTSConnections' '/listener'
  Add-Dword $listener 'deny_policy' (Open-Key $policy_key) 'fDenyTSConnections' '/listener'
  Add-Dwords $listener.ts ('TSEnabled=TSEnabled drain=TSServerDrainMode ' +
    'TSUserEnabled=TSUserEnabled half_open=MaxOutstandingConnections') $server '/listener/ts'
  Add-Dword $listener.ts 'farm' (Open-Key "$server_key\ClusterSettings") 'SessionDirectoryActive' `
    '/listener/ts'
  if (!$lean) { $listener.winstations = @(Get-SubKeys (Open-Key "$server_key\WinStations")) }
  if ($listener.port -gt 0 -and $listener.port -lt 65536) { $state.port = [int]$listener.port }
  try { Read-Sockets $state.port; $listener.sockets = $state.sockets }
  catch { Add-Failure '/listener/sockets' $_ }
  try { $listener.portproxy = @(Read-PortProxies | Select-Object -First 64) }
  catch { Add-Failure '/listener/portproxy' $_ }
  try {
    $rules = @(Read-Firewall "$firewall_key\FirewallRules" $false)
    $rules += @(Read-Firewall "$firewall_policy\FirewallRules" $true)
    $listener.fw = @($rules | Select-Object -First 64)
  } catch { Add-Failure '/listener/fw' $_ }
  try { $listener.fw_profiles = Read-FirewallProfiles }
  catch { Add-Failure '/listener/fw_profiles' $_ }
  try {
    $query = 'SELECT NetworkCategory FROM MSFT_NetConnectionProfile'
    $listener.networks = @(Read-Wmi $query 'root\StandardCimv2' | Select-Object -First 16 |
      ForEach-Object { [int]$_.NetworkCategory })
  } catch { Add-Failure '/listener/networks' $_ }
  $facts.listener = $listener
}

# --- /sec ---

function Read-Security {
  $sec = @{ policy = @{} }
  $names = @{ SecurityLayer = 'layer'; UserAuthentication = 'nla'; MinEncryptionLevel = 'minenc' }
  Add-Dwords $sec ('layer=SecurityLayer nla=UserAuthentication minenc=MinEncryptionLevel ' +
    'negotiate=fAllowSecProtocolNegotiation') (Open-Key "$server_key\WinStations\RDP-Tcp") '/sec'
  $policy = Open-Key $policy_key
  foreach ($value in @(if ($policy) { $policy.GetValueNames() | Select-Object -First 128 })) {
    $name = if ($names[$value]) { $names[$value] } else { $value }
    # Other texts among the policies are not ours to judge.
    if ($names[$value] -or $policy.GetValue($value) -is [int]) {
      Add-Dword $sec.policy $name $policy $value '/sec/policy'
    }
  }
  # What Remote Desktop Services says of its listener; /cert uses it too.
  try {
    $query = "SELECT * FROM Win32_TSGeneralSetting WHERE TerminalName='RDP-Tcp'"
    foreach ($row in @(Read-Wmi $query 'root\cimv2\TerminalServices')) { $state.ts = $row }
    $sec['policy_source'] = @{}
    $sources = @{ layer = $state.ts.PolicySourceSecurityLayer
      nla = $state.ts.PolicySourceUserAuthenticationRequired
      minenc = $state.ts.PolicySourceMinEncryptionLevel }
    foreach ($name in 'layer', 'nla', 'minenc') {
      $source = $sources[$name]
      if ($null -ne $source -and $source -le 2) { $sec.policy_source[$name] = [int]$source }
    }
  } catch {
    foreach ($ptr in '/sec/policy_source', '/cert/wmi_type', '/cert/wmi_hash') { Add-Failure $ptr $_ }
  }
  Add-Dword $sec 'fips' (Open-Key "$current\Control\Lsa\FipsAlgorithmPolicy") 'Enabled' '/sec'
  $credssp = 'SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System\CredSSP\Parameters'
  Add-Dword $sec 'credssp' (Open-Key $credssp) 'AllowEncryptionOracle' '/sec'
  $ntlm = Open-Key "$current\Control\Lsa\MSV1_0"
  Add-Dword $sec 'ntlm_in' $ntlm 'RestrictReceivingNTLMTraffic' '/sec'
  $facts.sec = $sec
}

# --- /tls ---

# One side of one protocol, with the registry type of each value (4 is REG_DWORD).
function Read-Side($protocol, $side) {
  $result = @{}
  $key = $protocol.OpenSubKey($side)
  foreach ($pair in @('e', 'Enabled'), @('d', 'DisabledByDefault')) {
    $data = if ($key) { $key.GetValue($pair[1]) }
    if ($null -eq $data) { continue }
    $result["t$($pair[0])"] = [int]$key.GetValueKind($pair[1])
    if ($data -is [int]) { $result[$pair[0]] = Get-Unsigned $data }
  }
  $result
}

function Read-Tls {
  $tls = @{ proto = @{} }
  $protocols = Open-Key "$schannel_key\Protocols"
  foreach ($name in @(Get-SubKeys $protocols)) {
    try {
      $key = $protocols.OpenSubKey($name)
      $tls.proto[$name] = @{ server = (Read-Side $key 'Server'); client = (Read-Side $key 'Client') }
    } catch { Add-Failure "/tls/proto/$name" $_ }
  }
  foreach ($pair in @('ciphers', 'Ciphers'), @('hashes', 'Hashes'), @('kx', 'KeyExchangeAlgorithms')) {
    $switches = @{}
    $key = Open-Key "$schannel_key\$($pair[1])"
    foreach ($name in @(Get-SubKeys $key)) {
      Add-Dword $switches $name $key.OpenSubKey($name) 'Enabled' "/tls/$($pair[0])"
    }
    $tls[$pair[0]] = $switches
  }
  $policy = Open-Key 'SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002'
  $local = Open-Key "$current\Control\Cryptography\Configuration\Local\SSL\00010002"
  Add-List $tls 'suites_policy' $policy 'Functions' '/tls'
  Add-List $tls 'suites_local' $local 'Functions' '/tls'
  Add-List $tls 'curves' $policy 'EccCurves' '/tls'
  if ($null -eq $tls.curves) { Add-List $tls 'curves' $local 'EccCurves' '/tls' }
  Add-Dword $tls 'eventlogging' (Open-Key $schannel_key) 'EventLogging' '/tls'
  $facts.tls = $tls
}

# --- /cert ---

# The bytes as they stand in the registry; the controller parses them.
function Read-Certificate($certificates, $name, $ptr) {
  $result = @{ thumb = $name.ToLowerInvariant() }
  try {
    $blob = $certificates.OpenSubKey($name).GetValue('Blob')
    if ($blob -is [byte[]] -and $blob.Length -le 65536) {
      $result.blob_b64 = [Convert]::ToBase64String($blob)
    } else { Add-Unread "$ptr/blob_b64" 'absent' '' }
  } catch { Add-Failure "$ptr/blob_b64" $_ }
  $result
}

function Get-Sddl($object) { $object.GetSecurityDescriptorSddlForm('Access,Owner') }

function Read-Store($cert) {
  $store = Open-Key 'SOFTWARE\Microsoft\SystemCertificates\Remote Desktop'
  $cert.store_present = $null -ne $store
  $list = @()
  $certificates = if ($store) { $store.OpenSubKey('Certificates') }
  foreach ($name in @(Get-SubKeys $certificates)) {
    $ptr = "/cert/store/$($list.Count)"
    if ($list.Count -eq 16) { Add-Unread $ptr 'skipped' 'cap'; break }
    $list += Read-Certificate $certificates $name $ptr
  }
  $cert.store = $list
  try {
    $cert.store_sddl = @($store, $certificates | Where-Object { $_ } |
      ForEach-Object { Get-Sddl $_.GetAccessControl('Access,Owner') })
  } catch { Add-Failure '/cert/store_sddl' $_ }
}

# The certificate that is to be used, when it lies in the machine's personal store.
function Read-Match($cert) {
  $chosen = $cert.pin, $cert.template_hash, $cert.wmi_hash | Where-Object { $_ }
  $wanted = "$($chosen | Select-Object -First 1)"
  $my = Open-Key 'SOFTWARE\Microsoft\SystemCertificates\MY\Certificates'
  if (!$my -or $wanted.Length -lt 40) { return }
  # Some pins hold more than the 20 bytes of a thumbprint.
  $name = $wanted.Substring(0, 40).ToUpperInvariant()
  if ($my.OpenSubKey($name)) { $cert.my_match = Read-Certificate $my $name '/cert/my_match' }
}

function Read-Certificates {
  $cert = @{}
  $stations = Open-Key "$server_key\WinStations"
  Add-Hex $cert 'self' $stations 'SelfSignedCertificate' '/cert'
  Add-Hex $cert 'template_hash' $stations 'TemplateCertificate' '/cert'
  Add-Dword $cert 'refresh' $stations 'CertRefreshInterval' '/cert'
  Add-Text $cert 'own_store' $stations 'SelfSignedCertStore' '/cert'
  $profiles = 'SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList'
  if (!$lean) { Add-Text $cert 'program_data' (Open-Key $profiles) 'ProgramData' '/cert' }
  $tcp = Open-Key "$server_key\WinStations\RDP-Tcp"
  Add-Hex $cert 'pin' $tcp 'SSLCertificateSHA1Hash' '/cert'
  if ($null -ne $cert.pin) { $cert.pin_raw_len = $cert.pin.Length / 2 }
  $policy = Open-Key $policy_key
  $template = if ($policy) { $policy.GetValue('CertTemplateName') }
  if ($null -ne $template) { $cert.template = "$template" }
  if ($null -ne $state.ts.SSLCertificateSHA1HashType) {
    $cert.wmi_type = [int]$state.ts.SSLCertificateSHA1HashType
  }
  if ("$($state.ts.SSLCertificateSHA1Hash)" -match '^([0-9A-Fa-f]{2})+\z') {
    $cert.wmi_hash = $Matches[0].ToLowerInvariant()
  }
  try { Read-Store $cert } catch { Add-Failure '/cert/store' $_ }
  try { Read-Match $cert } catch { Add-Failure '/cert/my_match' $_ }
  $facts.cert = $cert
}

# --- /keys ---

# How the names of RDP's key files begin, by container: TSSecKeySet1 to 9.
$rdp_keys = 'f686aace', 'd86b1e84', '7215b202', 'aae70b26', 'eddb3aad', '863dffb7', 'c8c81422',
'101d0734', '5e9f1fbf'

# Asks WMI for a descriptor that was denied just now: it looks with all privileges that we have, that
# for backups among them. Its own numbers: 2 is denied, 9 that a privilege is missing.
function Read-DeniedSddl($file, $path) {
  $denial = $state.unread[-1]
  try {
    $setting = New-Object Management.ManagementObject `
      "Win32_LogicalFileSecuritySetting.Path='$($path -replace '\\', '\\')'"
    $setting.psbase.Scope.Options.EnablePrivileges = $true
    $options = New-Object Management.InvokeMethodOptions
    $options.Timeout = [TimeSpan]'0:0:15'
    $answer = $setting.psbase.InvokeMethod('GetSecurityDescriptor', $null, $options)
    $denial.code += ", WMI $($answer.ReturnValue)"
    if ($answer.ReturnValue) { return }
    $helper = New-Object Management.ManagementClass 'Win32_SecurityDescriptorHelper'
    $file.sddl = $helper.Win32SDToSDDL($answer.Descriptor).SDDL
    if (!$file.sddl) { return }
    $file.sddl_by = 'wmi'
    $state.unread = @($state.unread | Where-Object { $_ -ne $denial })
  } catch {
    # Not to wait for it at each file.
    $state.no_wmi = $true
    $denial.code += ', WMI ' + (Get-Code (Get-Cause $_))
  }
}

# Names, sizes, owners and DACLs of the files in $folder: those of RDP's own key containers first,
# then others up to the cap; the rest is counted. No file is opened for reading.
function Read-KeyFiles($folder, $keys, $name) {
  $cap = if ($lean) { 0 } else { 64 }
  $list = @()
  $paths = @($rdp_keys | ForEach-Object { [IO.Directory]::GetFiles($folder, "$_*") } |
    Select-Object -First 64)
  $own = "^($($rdp_keys -join '|'))"
  # .NET before 4 cannot stream a folder.
  try { $all = [IO.Directory]::EnumerateFiles($folder) }
  catch { $all = [IO.Directory]::GetFiles($folder) }
  foreach ($path in $all) {
    if ([IO.Path]::GetFileName($path) -match $own) { continue }
    if ($paths.Count -lt $cap) { $paths += $path } else { $keys.other_count++ }
    if ($keys.other_count -ge 100000) { Add-Unread '/keys/other_count' 'skipped' 'cap'; break }
  }
  foreach ($path in $paths) {
    $file = @{ n = [IO.Path]::GetFileName($path) }
    $ptr = "/keys/$name/$($list.Count)"
    try { $file.size = (New-Object IO.FileInfo $path).Length } catch { Add-Failure "$ptr/size" $_ }
    try {
      $file.sddl = Get-Sddl (New-Object Security.AccessControl.FileSecurity($path, 'Access,Owner'))
    } catch {
      Add-Failure "$ptr/sddl" $_
      if ($state.unread[-1].why -eq 'denied' -and !$state.no_wmi) { Read-DeniedSddl $file $path }
    }
    $list += $file
  }
  $keys[$name] = $list
}

function Read-Keys {
  $keys = @{ other_count = 0; dir_listed = $false }
  $crypto = [Environment]::GetFolderPath('CommonApplicationData') + '\Microsoft\Crypto'
  $folder = "$crypto\RSA\MachineKeys"
  try {
    $keys.dir_sddl = Get-Sddl (New-Object Security.AccessControl.DirectorySecurity($folder, 'Access,Owner'))
  } catch { Add-Failure '/keys/dir_sddl' $_ }
  try { Read-KeyFiles $folder $keys 'files'; $keys.dir_listed = $true }
  catch { Add-Failure '/keys/files' $_ }
  try { Read-KeyFiles "$crypto\Keys" $keys 'cng_files' } catch { Add-Failure '/keys/cng_files' $_ }
  $facts.keys = $keys
}

# --- /gp ---

# Registry.pol: "PReg", version, then [key;value;type;size;data] in UTF-16 with NULs.
function Read-RegistryPol {
  $system = if ($wow64) { 'Sysnative' } else { 'System32' }
  $path = "$env:windir\$system\GroupPolicy\Machine\Registry.pol"
  if (![IO.File]::Exists($path) -or (New-Object IO.FileInfo $path).Length -gt 1048576) { return }
  $text = [Text.Encoding]::Unicode.GetString([IO.File]::ReadAllBytes($path))
  foreach ($match in [regex]::Matches($text, '\[([^\[\];\x00]+)\x00;([^\[\];\x00]*)\x00;')) {
    $name = $match.Groups[1].Value + '\' + $match.Groups[2].Value
    if ($name -match 'Terminal S|SCHANNEL|Cryptography') { $name }
  }
}

function Read-Rsop {
  $query = 'SELECT registryKey,valueName FROM RSOP_RegistryPolicySetting WHERE registryKey LIKE ' +
  '"%Terminal S%" OR registryKey LIKE "%SCHANNEL%" OR registryKey LIKE "%Cryptography%"'
  foreach ($row in @(Read-Wmi $query 'root\rsop\computer')) { $row.registryKey + '\' + $row.valueName }
}

function Read-Policy {
  $gp = @{ mdm = $false }
  Add-Dword $gp 'gpsvc_start' (Open-Key "$current\Services\gpsvc") 'Start' '/gp'
  try { $gp.rsop = @(Read-Rsop | Select-Object -First 128) } catch { Add-Failure '/gp/rsop' $_ }
  try { $gp.registry_pol = @(Read-RegistryPol | Select-Object -First 128) }
  catch { Add-Failure '/gp/registry_pol' $_ }
  try {
    $enrollments = Open-Key 'SOFTWARE\Microsoft\Enrollments'
    foreach ($name in @(Get-SubKeys $enrollments)) {
      if ($enrollments.OpenSubKey($name).GetValue('ProviderID') -eq 'MS DM Server') { $gp.mdm = $true }
    }
  } catch { Add-Failure '/gp/mdm' $_ }
  $gp.dsc = [IO.File]::Exists("$env:windir\System32\Configuration\Current.mof")
  $facts.gp = $gp
}

# --- /evt ---

# Data fields by name, or by position where they have none. Nothing is formatted: texts are
# translated, data is not.
function Get-Event($label, $record) {
  $data = @{}
  $count = 0
  $result = @{ prov = $label; id = [int]$record.Id; pid = [int64]$record.ProcessId; data = $data }
  if ($record.TimeCreated) { $result.utc = Get-Iso $record.TimeCreated }
  $xml = [xml]$record.ToXml()
  $fields = '/*/*[local-name()="EventData"]/*|/*/*[local-name()="UserData"]/*/*'
  foreach ($node in $xml.SelectNodes($fields)) {
    $text = "$($node.InnerText)"
    if ($node.LocalName -eq 'Binary') {
      if ($text -match '^([0-9A-Fa-f]{2}){1,256}\z') { $result.bin = $text.ToLowerInvariant() }
      continue
    }
    $name = "$($node.GetAttribute('Name'))"
    if (!$name) { $name = if ($node.LocalName -eq 'Data') { "$count" } else { $node.LocalName } }
    if ($text.Length -gt 400) { $text = $text.Substring(0, 400) }
    if ($count++ -lt 24) { $data[$name] = $text }
  }
  $result
}

# What one call may wait: 10 s, and no longer than until $end. Zero would mean for ever.
function Get-Patience($end) {
  $left = $end - [DateTime]::UtcNow
  if ($left.TotalMilliseconds -lt 1) { throw (New-Object TimeoutException) }
  if ($left.TotalSeconds -gt 10) { [TimeSpan]'0:0:10' } else { $left }
}

# What was read before a failure is kept. True when there are more than the cap.
function Read-Log($label, $channel, $filter, $milliseconds, $end, $cap = 50) {
  $age = "TimeCreated[timediff(@SystemTime) <= $milliseconds]"
  $xpath = "*[System[($filter) and $age]]"
  if ($label -eq 'Security') {
    $keys = @(1..9 | ForEach-Object { "Data[@Name='KeyName']='TSSecKeySet$_'" }) -join ' or '
    $xpath += " and *[EventData[$keys]]"
  }
  $query = New-Object Diagnostics.Eventing.Reader.EventLogQuery($channel, 'LogName', $xpath)
  $query.ReverseDirection = $true
  $reader = New-Object Diagnostics.Eventing.Reader.EventLogReader $query
  try {
    for ($i = 0; ; $i++) {
      $limit = Get-Patience $end
      $asked = [DateTime]::UtcNow
      $record = $reader.ReadEvent($limit)
      if (!$record) {
        # Clocks tick in 16 ms.
        $spare = $limit - ([DateTime]::UtcNow - $asked)
        if ($spare.TotalMilliseconds -lt 50) { throw (New-Object TimeoutException) }
        return $false
      }
      try {
        if ($i -eq $cap) { return $true }
        $state.events += Get-Event $label $record
      } finally { $record.Dispose() }
    }
  } finally { $reader.Dispose() }
}

# PowerShell 2.0 has not loaded the assembly of event logs and of one kind of hash.
function Open-Core {
  if ($PSVersionTable.PSVersion.Major -lt 3) {
    [void][Reflection.Assembly]::LoadWithPartialName('System.Core')
  }
}

# What Schannel said of our own handshake: no more fits a narrow way.
function Read-OwnEvents {
  Open-Core
  $filter = "EventID>=36869 and EventID<=36874 and Provider[@Name='Schannel']"
  $age = 2000 + [int]([DateTime]::UtcNow - $began).TotalMilliseconds
  [void](Read-Log 'Schannel' 'System' $filter $age ([DateTime]::UtcNow.AddSeconds(10)) 4)
  if (!$state.events.Count) { Add-Unread '/evt' 'skipped' 'lean'; return }
  $facts.evt = $state.events
  foreach ($log in 'Schannel', 'TermService', 'SCM', 'NETLOGON', 'RdpCoreTS', 'LSM', 'Security') {
    Add-Unread "/evt/$log" 'skipped' 'lean'
  }
}

function Read-Events {
  $hours = 24
  if ($arguments -match '"event_hours"\s*:\s*(\d{1,4})') { $hours = [int]$Matches[1] }
  Open-Core
  $end = [DateTime]::UtcNow.AddSeconds(20)
  $reader = New-Object Diagnostics.Eventing.Reader.EventLogReader('System', 'LogName')
  $oldest = $reader.ReadEvent((Get-Patience $end))
  $reader.Dispose()
  $ts = 'Microsoft-Windows-TerminalServices-'
  $core = 'Microsoft-Windows-RemoteDesktopServices-RdpCoreTS/Operational'
  # Label, channel, provider, ids or ranges. 131 and 261 come with every connection and would crowd
  # out the others. The Security log may be huge, hence last.
  foreach ($source in @('Schannel', 'System', 'Schannel', '36869-36874'),
    @('TermService', 'System', "${ts}RemoteConnectionManager", '1050-1065'),
    @('SCM', 'System', 'Service Control Manager', '7000-7001 7009 7022-7024 7031 7034'),
    @('NETLOGON', 'System', 'NETLOGON', '3210 5719 5721 5823'),
    @('TermService', "${ts}RemoteConnectionManager/Operational", '', '261'),
    @('RdpCoreTS', $core, '', '131'),
    @('RdpCoreTS', $core, '', '140'),
    @('NTLM', 'Microsoft-Windows-NTLM/Operational', '', '4002'),
    @('LSM', "${ts}LocalSessionManager/Operational", '', '16-19 36'),
    @('Security', 'Security', '', '5058 5061')) {
    # Its own pointer: 1050-1065 were read even where this channel was not.
    $ptr = "/evt/$($source[0])"
    if ($source[1] -match '/') { $ptr += "/$($source[3] -replace '\D.*')" }
    try {
      $ids = @($source[3] -split ' ' | ForEach-Object {
          $low, $high = $_ -split '-'
          if ($high) { "(EventID>=$low and EventID<=$high)" } else { "EventID=$low" }
        })
      $filter = '(' + ($ids -join ' or ') + ')'
      if ($source[2]) { $filter += " and Provider[@Name='$($source[2])']" }
      $more = Read-Log $source[0] $source[1] $filter ($hours * 3600000L) $end
      if ($more -and $source[1] -notmatch '/') { Add-Unread $ptr 'skipped' 'cap' }
    } catch { Add-Failure $ptr $_ }
  }
  $facts.evt = @($state.events | Sort-Object { $_.utc } -Descending)
  $facts.evt_window_h = $hours
  if ($oldest -and $oldest.TimeCreated) { $facts.evt_oldest_utc = Get-Iso $oldest.TimeCreated }
}

# --- /pending, /ems, /crash, /sessions ---

function Read-Pending {
  $windows = 'SOFTWARE\Microsoft\Windows\CurrentVersion'
  $renames = (Open-Key "$current\Control\Session Manager").GetValue('PendingFileRenameOperations')
  $facts.pending = @{
    cbs = $null -ne (Open-Key "$windows\Component Based Servicing\RebootPending")
    wu = $null -ne (Open-Key "$windows\WindowsUpdate\Auto Update\RebootRequired")
    rename = $null -ne $renames
  }
  # .NET has no way to a key's last write time.
  Add-Unread '/pending/ts_stale' 'unsupported' ''
}

# An element of the boot configuration: bytes or a text; null when it is not there. The comma
# keeps a single byte an array.
function Get-Bcd($object, $element) {
  $key = Open-Key "BCD00000000\Objects\$object\Elements\$element"
  if ($key) { , $key.GetValue('Element') }
}

function Read-Console {
  if (!(Open-Key 'BCD00000000')) { Add-Unread '/ems' 'absent' ''; return }
  $ems = @{}
  $loader = Get-Bcd '{9dea862c-5cdd-4e70-acc1-f32b344d4795}' '23000003'
  $settings = '{0ce4991b-e6b3-4b16-b23c-5e0d9250e5d9}'
  $value = Get-Bcd "$loader" '260000b0'
  if ($null -ne $value) { $ems.ems = $value[0] -ne 0 }
  $value = Get-Bcd $settings '15000022'
  if ($null -ne $value) { $ems.port = [BitConverter]::ToUInt32($value, 0) }
  $value = Get-Bcd $settings '15000023'
  if ($null -ne $value) { $ems.baud = [BitConverter]::ToUInt32($value, 0) }
  $facts.ems = $ems
}

function Read-Crash {
  $crash = @{}
  Add-Dword $crash 'dump' (Open-Key "$current\Control\CrashControl") 'CrashDumpEnabled' '/crash'
  $facts.crash = $crash
}

# The words of qwinsta are translated, its columns are not: name at 1, user at 19, then the id. A
# session with a user, or of a remote protocol (rdp-tcp#n, rdp-sxs..., ICA-...), is somebody's;
# listeners have ids from 65536 on. Windows always shows services.
function Read-Sessions {
  $sessions = @{ active = 0; disc = 0 }
  $seen = $false
  foreach ($line in @(qwinsta.exe)) {
    if ("$line" -notmatch '^[ >](.{18})(.{12}.*?)\s*\b(\d{1,9})\s') { continue }
    $seen = $true
    $name, $user, $id = $Matches[1].Trim(), $Matches[2].Trim(), [int]$Matches[3]
    if ($id -gt 65535 -or (!$user -and $name -notmatch '^(rdp|ica)-|#\d')) { continue }
    if ($name) { $sessions.active++ } else { $sessions.disc++ }
  }
  if ($seen) { $facts.sessions = $sessions } else { Add-Unread '/sessions' 'error' 'no session seen' }
}

# --- /hs ---

# The confirm: TPKT 03 00 length, X.224 CC, then type 2 (selected protocol) or 3 (failure code).
function Read-Confirm($stream, $result) {
  $answer = [byte[]](, 0 * 19)
  $have = 0
  $need = 4
  while ($have -lt $need) {
    $count = $stream.Read($answer, $have, $need - $have)
    if ($count -eq 0) { break }
    $have += $count
    if ($have -eq 4) { $need = [Math]::Min(19, 256 * $answer[2] + $answer[3]) }
  }
  if ($have -eq 0) { $result.errno = 'closed' }
  elseif ($have -lt 11 -or $answer[0] -ne 3 -or $answer[5] -ne 0xD0) { $result.errno = 'not_rdp' }
  elseif ($have -eq 19 -and $answer[11] -eq 3) { $result.x224.fail = [int]$answer[15] }
  elseif ($have -eq 19 -and $answer[11] -eq 2) { $result.x224.proto = [int]$answer[15] }
  else { $result.x224.proto = 0 }
}

# The callback runs within AuthenticateAsClient on this thread, which has a runspace: on another no
# script block could run. No certificate is refused: it is what we look at.
function Read-TlsHandshake($stream, $result, $protocols) {
  $chosen = [Enum]::ToObject([Security.Authentication.SslProtocols], $protocols)
  $accept = { $true } -as [Net.Security.RemoteCertificateValidationCallback]
  $tls = New-Object Net.Security.SslStream($stream, $false, $accept)
  $tls.AuthenticateAsClient('localhost', $null, $chosen, $false)
  $result.stage = 'done'
  $result.tls = @{ 192 = '1.0'; 768 = '1.1'; 3072 = '1.2'; 12288 = '1.3' }[[int]$tls.SslProtocol]
  if ($tls.NegotiatedCipherSuite) { $result.suite = "$($tls.NegotiatedCipherSuite)" }
  $result.thumb = $tls.RemoteCertificate.GetCertHashString().ToLowerInvariant()
}

function Invoke-Handshake($address, $result, $protocols) {
  $ip = [Net.IPAddress]::Parse($address)
  $client = New-Object Net.Sockets.TcpClient $ip.AddressFamily
  try {
    $pending = $client.BeginConnect($ip, $state.port, $null, $null)
    if (!$pending.AsyncWaitHandle.WaitOne(5000, $false)) { $result.errno = 'timeout'; return }
    $client.EndConnect($pending)
    $client.ReceiveTimeout = 5000
    $client.SendTimeout = 5000
    $stream = $client.GetStream()
    $result.stage = 'x224'
    # Connection Request that offers TLS and CredSSP (MS-RDPBCGR 2.2.1.1).
    $request = [byte[]](3, 0, 0, 19, 14, 224, 0, 0, 0, 0, 0, 1, 0, 8, 0, 3, 0, 0, 0)
    $stream.Write($request, 0, 19)
    Read-Confirm $stream $result
    if ($result.errno -or $null -ne $result.x224.fail) { return }
    # Protocol 0 is RDP's own security: there is no TLS to speak.
    $result.stage = if ($result.x224.proto) { 'tls' } else { 'done' }
    if ($result.x224.proto) { Read-TlsHandshake $stream $result $protocols }
  } finally { $client.Close() }
}

# RDP's own handshake with this machine, up to TLS: proof rather than reasoning.
function Read-Handshake {
  $address = '127.0.0.1'
  $bound = @($state.sockets | ForEach-Object { $_.a })
  if ($bound.Count -and !($bound -match '^(0\.0\.0\.0|::|127\.0\.0\.1)$')) { $address = $bound[0] }
  # TLS 1.0 to 1.2 (192 + 768 + 3072); 1.3 where Windows has it, unless .NET cannot offer it.
  $offers = if ($state.build -ge 20348) { 16320, 4032 } else { 4032 }
  foreach ($protocols in $offers) {
    $result = @{ from = 'guest'; addr = $address; stage = 'connect'; errno = ''; x224 = @{} }
    $start = [DateTime]::UtcNow
    $failure = $null
    try { Invoke-Handshake $address $result $protocols } catch { $failure = $_ }
    if (!$failure -or "$($failure.Exception)" -match '(Authentication|IO|Socket)Exception') { break }
  }
  if ($failure) {
    $cause = Get-Cause $failure
    $words = @{ ConnectionRefused = 'refused'; ConnectionReset = 'reset'
      ConnectionAborted = 'reset'; TimedOut = 'timeout' }
    if ($cause -is [Net.Sockets.SocketException]) { $result.errno = $words["$($cause.SocketErrorCode)"] }
    elseif ($cause -is [IO.IOException]) { $result.errno = 'closed' }
    # Our own side may be what failed: an old .NET that does not know TLS 1.2, or a machine that
    # forbids it to clients. That says nothing of the server.
    elseif ("$($failure.Exception)" -notmatch 'AuthenticationException' -or
      $facts.tls.proto['TLS 1.2'].client.e -eq 0) {
      Add-Failure '/hs' $failure
      return
    }
    $result.code = Get-Code $cause
  }
  $result.ms = [int]([DateTime]::UtcNow - $start).TotalMilliseconds
  $facts.hs = @($result)
}

# --- /collector ---

function Read-Identity($collector) {
  $me = [Security.Principal.WindowsIdentity]::GetCurrent()
  $collector.as_sid = $me.User.Value
  $administrators = New-Object Security.Principal.SecurityIdentifier 'S-1-5-32-544'
  $collector.elevated = (New-Object Security.Principal.WindowsPrincipal $me).IsInRole($administrators)
}

function Read-Collector {
  $collector = @{ ver = '1'; path = 'ps'; wow64 = $wow64; lang_mode = $mode
    ps = "$($PSVersionTable.PSVersion)" }
  if ($mode -eq 'FullLanguage') {
    try { Read-Identity $collector } catch { Add-Failure '/collector/as_sid' $_ }
  }
  $collector.utc = Get-Iso ([DateTime]::UtcNow)
  $collector.ms = [int]([DateTime]::UtcNow - $began).TotalMilliseconds
  $facts.collector = $collector
}

# --- JSON, in ASCII ---

function Get-JsonText($text) {
  if ($text -cmatch '^[ !#-\[\]-~]*\z') { return '"' + $text + '"' }
  # A lone surrogate is not Unicode and would make the document invalid.
  $lone = '[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]'
  $parts = foreach ($char in ($text -replace $lone, [string][char]0xFFFD).ToCharArray()) {
    $number = [int]$char
    if ($number -eq 34 -or $number -eq 92) { "\$char" }
    elseif ($number -ge 32 -and $number -le 126) { "$char" }
    else { '\u{0:x4}' -f $number }
  }
  '"' + ($parts -join '') + '"'
}

function Get-Json($value) {
  if ($value -is [string]) { Get-JsonText $value }
  elseif ($value -is [bool]) { if ($value) { 'true' } else { 'false' } }
  elseif ($value -is [hashtable]) {
    # Not .Keys: a member of that name would answer instead.
    $members = foreach ($pair in $value.GetEnumerator()) {
      if ($null -ne $pair.Value) { (Get-JsonText "$($pair.Key)") + ':' + (Get-Json $pair.Value) }
    }
    '{' + ($members -join ',') + '}'
  }
  elseif ($value -is [array]) { '[' + (@($value | ForEach-Object { Get-Json $_ }) -join ',') + ']' }
  else { "$value" }
}

# CRC-32 (IEEE 802.3) in Int32: clearing the low bits makes the division exact, the mask turns it
# into a shift without sign. -306674912 is 0xEDB88320.
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

# --- rows for narrow ways: a console's screen, Run Command's last 4,096 bytes ---

# Fletcher-16, in hex.
function Get-Fletcher($text) {
  $low = 0
  $high = 0
  foreach ($byte in [byte[]][char[]]$text) {
    $low = ($low + $byte) % 255
    $high = ($high + $low) % 255
  }
  '{0:x2}{1:x2}' -f $high, $low
}

# A managed hash class is forbidden where FIPS is on; this one asks Windows.
function Get-Hash($bytes) {
  Open-Core
  $sha = New-Object Security.Cryptography.SHA256CryptoServiceProvider
  [BitConverter]::ToString($sha.ComputeHash($bytes), 0, 8).Replace('-', '').ToLowerInvariant()
}

# '#', three digits, $width characters of the deflated JSON in Base64, their check. The last
# row has what proves the whole: '#=', rows, bytes of JSON, 16 digits of its SHA-256, nonce.
function Get-Rows($json, $nonce) {
  $bytes = [byte[]][char[]]$json
  $buffer = New-Object IO.MemoryStream
  $deflate = New-Object IO.Compression.DeflateStream($buffer, [IO.Compression.CompressionMode]'Compress')
  $deflate.Write($bytes, 0, $bytes.Length)
  $deflate.Close()
  $text = [Convert]::ToBase64String($buffer.ToArray())
  $count = 0
  for ($at = 0; $at -lt $text.Length; $at += $width) {
    $row = ('{0:d3}' -f $count) + $text.Substring($at, [Math]::Min($width, $text.Length - $at))
    "#$row$(Get-Fletcher $row)"
    $count++
  }
  "#= $count $($bytes.Length) $(Get-Hash $bytes) $nonce"
}

# --- main: a group that fails is unread, the others go on ---

if ($mode -eq 'FullLanguage') {
  try { $hklm = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64') }
  catch { $hklm = [Microsoft.Win32.Registry]::LocalMachine }
  try { Read-Os } catch { Add-Failure '/os' $_ }
  try { Read-Services } catch { Add-Failure '/svc' $_ }
  try { Read-Listener } catch { Add-Failure '/listener' $_ }
  try { Read-Security } catch { Add-Failure '/sec' $_ }
  try { Read-Tls } catch { Add-Failure '/tls' $_ }
  try { Read-Certificates } catch { Add-Failure '/cert' $_ }
  try { Read-Keys } catch { Add-Failure '/keys' $_ }
  try { Read-Policy } catch { Add-Failure '/gp' $_ }
  try { Read-Pending } catch { Add-Failure '/pending' $_ }
  try { Read-Console } catch { Add-Failure '/ems' $_ }
  try { Read-Crash } catch { Add-Failure '/crash' $_ }
  try { Read-Sessions } catch { Add-Failure '/sessions' $_ }
  if ($arguments -match '"handshake"\s*:\s*false') { Add-Unread '/hs' 'skipped' '' }
  else { try { Read-Handshake } catch { Add-Failure '/hs' $_ } }
  # Last, so that what the handshake provoked is among the events.
  try {
    if (!$lean) { Read-Events }
    elseif ($facts.hs -and $facts.hs[0].stage -eq 'tls') { Read-OwnEvents }
    else { Add-Unread '/evt' 'skipped' 'lean' }
  } catch { Add-Failure '/evt' $_ }
} else {
  # AppLocker or WDAC forbid .NET calls: say so instead of failing without a word.
  foreach ($ptr in 'os', 'svc', 'listener', 'sec', 'tls', 'cert', 'keys', 'gp', 'evt', 'pending',
    'ems', 'crash', 'hs', 'sessions') { Add-Unread "/$ptr" 'unsupported' $mode }
}
Read-Collector
$facts.unread = $state.unread
$json = Get-Json $facts
$nonce = if ("$env:RDPSWEEP_NONCE" -match '^\w{1,64}\z') { $env:RDPSWEEP_NONCE } else { 'none' }
if ($lean -and $mode -eq 'FullLanguage') {
  $line = (Get-Rows $json $nonce) -join "`n"
  # Beside a certificate that is configured, the one that Windows made is not served.
  if ($most -and $line.Length -ge $most -and $facts.cert.my_match) {
    $cert = $facts.cert
    $cert.store = $null
    Add-Unread '/cert/store' 'skipped' 'lean'
    $facts.unread = $state.unread
    $line = (Get-Rows (Get-Json $facts) $nonce) -join "`n"
  }
  $line += "`n"
}
else { $line = "RDPSWEEP1 $nonce $($json.Length) $(Get-Crc32 $json) $json`n" }
if ($mode -eq 'FullLanguage') { [Console]::Out.Write($line) } else { $line }
