# Second stage of what is typed at a VM's serial console: takes coded lines and checks each. Sent as
# pairs of letters, so every byte counts: comments and indentation are left out on the way.
#   line: '#', then symbols of which no two neighbours are equal. Symbol i of 65 stands for
#         (i - the one before - 1) mod 65: the line's number mod 64, up to 56 values, a check of three.
#   answer: '+' and the number of lines taken, or '-' and the same for one that is not.
if ("$($ExecutionContext.SessionState.LanguageMode)" -ne 'FullLanguage') {
'!C'
exit
}
$k = -join((65..90) + (97..122) + (48..57) + (43, 45, 47) | ForEach-Object { [char]$_ })
$n = 0
function Say($t) { [Console]::Out.WriteLine($t) }
# The values of a coded line, without its check; nothing when it is damaged.
function Read-Coded {
$l = Read-Host
$p = 0
$v = @(foreach ($c in "$l".ToCharArray()) {
if ($c -eq '#') { continue }
$i = $k.IndexOf($c)
($i - $p + 129) % 65
$p = $i
})
$f = $v.Count - 3
$a = $b = 0
for ($j = 0; $j -lt $f; $j++) {
$a = ($a + $v[$j]) % 255
$b = ($b + $a) % 255
}
if ($f -gt 0 -and $v[$f] * 4096 + $v[$f + 1] * 64 + $v[$f + 2] -eq $b * 256 + $a) {
, @($v[0..($f - 1)])
}
}
# A text: deflated, four values for three bytes; a line without values ends it.
function Read-Text {
$m = New-Object IO.MemoryStream
while ($true) {
$l = Read-Coded
if ($null -ne $l -and $l[0] -eq $script:n % 64) {
$script:n++
for ($j = 1; $j + 3 -lt $l.Count; $j += 4) {
$m.WriteByte($l[$j] * 4 + ($l[$j + 1] - $l[$j + 1] % 16) / 16)
$m.WriteByte($l[$j + 1] % 16 * 16 + ($l[$j + 2] - $l[$j + 2] % 4) / 4)
$m.WriteByte($l[$j + 2] % 4 * 64 + $l[$j + 3])
}
Say "+$script:n"
if ($l.Count -eq 1) { break }
}
else { Say "-$script:n" }
}
$m.Position = 0
$d = New-Object IO.Compression.DeflateStream($m, [IO.Compression.CompressionMode]'Decompress')
(New-Object IO.StreamReader $d).ReadToEnd()
}
Say '+0'
Invoke-Expression (Read-Text)
