// Web is a small web server for demo and tests: it says who it is, logs a line for each request, and ends when it is asked to.
//
// PORT is where it listens (8080). GET / greets with the host's name, GET /healthz is always well.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	host, err := os.Hostname()
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, "hello from %s\n", host) })
	http.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	logged := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		http.DefaultServeMux.ServeHTTP(w, r)
		fmt.Printf("level=info method=%s path=%s duration_us=%d\n", r.Method, r.URL.Path, time.Since(begin).Microseconds())
	})
	server := &http.Server{Addr: ":" + port, Handler: logged}
	asked, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	ended := make(chan error, 1)
	go func() {
		<-asked.Done()
		ended <- server.Shutdown(context.Background())
	}()
	fmt.Printf("level=info listening on port %s\n", port)
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		log.Fatal(err)
	}
	if err := <-ended; err != nil {
		log.Fatal(err)
	}
}
