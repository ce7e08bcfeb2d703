# Third stage, behind loader.ps1: runs a script and shows what it printed in pages of 20 rows,
#   '~', the page's letter, the row's letter, 56 characters of Base64, their Fletcher-16, '~'
# and a last one, '~', the page's letter, '=', two digits of rows, 1 when more pages follow, 6 digits of
# bytes, 16 of their SHA-256, its check, '~'. A coded line answers: the page's number mod 64, and four
# values that say which rows are wanted again; none of them: the next page.
$x = (Read-Text) -split "`n"
$env:RDPSWEEP_NONCE = $x[0]
$env:RDPSWEEP_ARGS = $x[1]
$rdpsweep = Read-Text
$console = [Console]::Out
$said = New-Object IO.StringWriter
[Console]::SetOut($said)
$wrong = ''
try { $left = @(& { Invoke-Expression $rdpsweep }) } catch { $wrong = "$_" }
[Console]::SetOut($console)
$ErrorActionPreference = 'Continue'
# First line: the length of what follows it and is an error.
$out = "$($wrong.Length)`n$wrong" + $said.ToString() + (@($left | ForEach-Object { "$_`n" }) -join '')

$plain = [Text.Encoding]::UTF8.GetBytes($out)
$buffer = New-Object IO.MemoryStream
$deflate = New-Object IO.Compression.DeflateStream($buffer, [IO.Compression.CompressionMode]'Compress')
$deflate.Write($plain, 0, $plain.Length)
$deflate.Close()
$packed = $buffer.ToArray()
# A managed hash class is forbidden where FIPS is on; this one asks Windows.
if ($PSVersionTable.PSVersion.Major -lt 3) { [void][Reflection.Assembly]::LoadWithPartialName('System.Core') }
$sha = New-Object Security.Cryptography.SHA256CryptoServiceProvider
$hash = [BitConverter]::ToString($sha.ComputeHash($packed), 0, 8).Replace('-', '').ToLowerInvariant()
$text = [Convert]::ToBase64String($packed)

function Show-Row($row) {
  $low = $high = 0
  foreach ($byte in [byte[]][char[]]$row) {
    $low = ($low + $byte) % 255
    $high = ($high + $low) % 255
  }
  Say ('~{0}{1:x2}{2:x2}~' -f $row, $high, $low)
}

$page = 0
do {
  $letter = [char](65 + $page % 26)
  $first = $page * 1120
  $rows = [int][Math]::Min(20, [Math]::Ceiling(($text.Length - $first) / 56))
  $more = [int]($text.Length -gt $first + 1120)
  $wanted = 16777215
  do {
    $bit = 1
    for ($row = 0; $row -lt $rows; $row++) {
      if ($wanted -band $bit) {
        $at = $first + $row * 56
        Show-Row ("$letter" + [char](97 + $row) + $text.Substring($at, [Math]::Min(56, $text.Length - $at)))
      }
      $bit *= 2
    }
    Show-Row ("$letter={0:d2}$more{1:d6}$hash" -f $rows, $packed.Length)
    $answer = Read-Coded
    $wanted = 0
    if ($answer -and $answer.Count -eq 5 -and $answer[0] -eq $page % 64) {
      $wanted = (($answer[1] * 64 + $answer[2]) * 64 + $answer[3]) * 64 + $answer[4]
      if (!$wanted) { break }
    }
  } while ($true)
  $page++
} while ($more)
