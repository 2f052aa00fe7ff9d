// Command deliver copies the kubectl beside it to the folder that TARGET_DIR names, for another container of the pod.
package main

import (
	"io"
	"log"
	"os"
	"path/filepath"
)

func main() {
	folder := os.Getenv("TARGET_DIR")
	if folder == "" {
		log.Fatal("TARGET_DIR must name the folder to copy kubectl to")
	}
	source, err := os.Open("/bin/kubectl")
	if err != nil {
		log.Fatal(err)
	}
	target, err := os.OpenFile(filepath.Join(folder, "kubectl"), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o755)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := io.Copy(target, source); err != nil {
		log.Fatal(err)
	}
	if err := target.Close(); err != nil {
		log.Fatal(err)
	}
}
