// A Go client of WinRM, for comparison: runs one small PowerShell command on each address.
// usage: winrm_client PORT CA JOBS ADDRESS..., with the password in RDPSWEEP_PASSWORD
package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/masterzen/winrm"
)

func run(address string, port int, ca []byte) error {
	endpoint := winrm.NewEndpoint(address, port, true, false, ca, nil, nil, 60*time.Second)
	client, err := winrm.NewClient(endpoint, `SIM\sweeper`, os.Getenv("RDPSWEEP_PASSWORD"))
	if err != nil {
		return err
	}
	_, _, code, err := client.RunWithString(`powershell.exe -NoProfile -Command "Write-Output hello"`, "")
	if err == nil && code != 0 {
		err = fmt.Errorf("exit code %d", code)
	}
	return err
}

func main() {
	port, _ := strconv.Atoi(os.Args[1])
	ca, _ := os.ReadFile(os.Args[2])
	jobs, _ := strconv.Atoi(os.Args[3])
	gate := make(chan bool, jobs)
	var all sync.WaitGroup
	for _, address := range os.Args[4:] {
		all.Add(1)
		go func(address string) {
			defer all.Done()
			gate <- true
			if err := run(address, port, ca); err != nil {
				fmt.Fprintln(os.Stderr, address, err)
				os.Exit(1)
			}
			<-gate
		}(address)
	}
	all.Wait()
}
