// Command probe is what a test pod runs: it serves, writes and looks things up, so that one image is enough.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"
)

func main() {
	switch os.Args[1] {
	case "serve":
		fmt.Println("probe serves")
		log.Fatal(http.ListenAndServe(":8080", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			host, _ := os.Hostname()
			fmt.Fprintln(w, "served by", host)
		})))
	case "get":
		client := http.Client{Timeout: 5 * time.Second}
		answer, err := client.Get(os.Args[2])
		if err != nil {
			log.Fatal(err)
		}
		io.Copy(os.Stdout, answer.Body)
	case "lookup":
		addresses, err := net.LookupHost(os.Args[2])
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(addresses)
	case "write":
		if err := os.WriteFile(os.Args[2], []byte(os.Args[3]), 0o644); err != nil {
			log.Fatal(err)
		}
	case "read":
		text, err := os.ReadFile(os.Args[2])
		if err != nil {
			log.Fatal(err)
		}
		fmt.Print(string(text))
	}
}
