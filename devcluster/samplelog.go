package main

import (
	"fmt"
	"os"
	"time"
)

// writeSampleLog starts the one log that every simulated container shows: some lines at once, then one every two
// seconds for as long as this process lives. The format is the container runtimes' own: time, stream, tag, text
// (https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md).
func writeSampleLog(file string) error {
	log, err := os.OpenFile(file, os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	line := func(at time.Time, n int) error {
		path := []string{"/healthz", "/invoices", "/invoices/4711", "/payments", "/metrics"}[n%5]
		level, status := "info", 200
		if n%17 == 16 {
			level, status = "error", 502
		}
		_, err := fmt.Fprintf(log, "%s stdout F level=%s method=GET path=%s status=%d duration_ms=%d\n",
			at.UTC().Format(time.RFC3339Nano), level, path, status, 3+n*7%40)
		return err
	}
	const nAtOnce = 120
	for n := range nAtOnce {
		if err := line(time.Now().Add(time.Duration(n-nAtOnce)*2*time.Second), n); err != nil {
			return err
		}
	}
	go func() {
		for n := nAtOnce; line(time.Now(), n) == nil; n++ {
			time.Sleep(2 * time.Second)
		}
	}()
	return nil
}
