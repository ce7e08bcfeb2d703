param([string]$nonce, [string]$arguments)
$env:RDPSWEEP_NONCE = $nonce
$env:RDPSWEEP_ARGS = [Text.Encoding]::ASCII.GetString([Convert]::FromBase64String($arguments))
