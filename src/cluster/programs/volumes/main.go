// Command volumes gives claims of the cluster's default StorageClass a directory of this machine, and removes the
// directory once the claim is gone. It keeps no state: watches start with everything that exists.
package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	provisioner   = "armature.dev/host-path"
	selectedNode  = "volume.kubernetes.io/selected-node"
	provisionedBy = "pv.kubernetes.io/provisioned-by"
)

type metadata struct {
	Name              string            `json:"name"`
	Namespace         string            `json:"namespace,omitempty"`
	UID               string            `json:"uid,omitempty"`
	DeletionTimestamp string            `json:"deletionTimestamp,omitempty"`
	Annotations       map[string]string `json:"annotations,omitempty"`
}

type object struct {
	Metadata metadata `json:"metadata"`
	Spec     struct {
		StorageClassName string   `json:"storageClassName"`
		VolumeName       string   `json:"volumeName"`
		VolumeMode       string   `json:"volumeMode"`
		AccessModes      []string `json:"accessModes"`
		ReclaimPolicy    string   `json:"persistentVolumeReclaimPolicy"`
		Resources        struct {
			Requests map[string]string `json:"requests"`
		} `json:"resources"`
	} `json:"spec"`
	Status struct {
		Phase string `json:"phase"`
	} `json:"status"`
}

type event struct {
	Type   string `json:"type"`
	Object object `json:"object"`
}

type values map[string]any

type worker struct {
	client  *http.Client
	server  string
	volumes string
	class   string
}

func main() {
	server := flag.String("server", "", "address of the apiserver")
	ca := flag.String("ca", "", "file of its authority")
	cert := flag.String("cert", "", "file of the client's certificate")
	key := flag.String("key", "", "file of the client's key")
	volumes := flag.String("volumes", "", "folder for the volumes")
	class := flag.String("class", "standard", "StorageClass to serve")
	flag.Parse()

	pair, err := tls.LoadX509KeyPair(*cert, *key)
	if err != nil {
		log.Fatalf("client certificate: %v", err)
	}
	authority, err := os.ReadFile(*ca)
	if err != nil {
		log.Fatalf("authority: %v", err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{Certificates: []tls.Certificate{pair}, RootCAs: pool},
	}
	w := &worker{&http.Client{Transport: transport}, *server, *volumes, *class}
	go w.follow("persistentvolumes", w.release)
	w.follow("persistentvolumeclaims", w.provision)
}

// follow watches a resource for ever and hands on every object that is or comes to be.
func (w *worker) follow(resource string, handle func(object) error) {
	for ; ; time.Sleep(time.Second) {
		answer, err := w.client.Get(w.server + "/api/v1/" + resource + "?watch=true&timeoutSeconds=600")
		if err != nil {
			log.Printf("watch %s: %v", resource, err)
			continue
		}
		decoder := json.NewDecoder(answer.Body)
		for {
			var seen event
			if decoder.Decode(&seen) != nil {
				break
			}
			if seen.Type != "ADDED" && seen.Type != "MODIFIED" {
				continue
			}
			if err := handle(seen.Object); err != nil {
				log.Printf("%s %s: %v", resource, seen.Object.Metadata.Name, err)
			}
		}
		answer.Body.Close()
	}
}

func (w *worker) provision(claim object) error {
	meta, spec := claim.Metadata, claim.Spec
	node := meta.Annotations[selectedNode]
	if spec.StorageClassName != w.class || spec.VolumeName != "" || node == "" || meta.DeletionTimestamp != "" {
		return nil
	}
	if spec.VolumeMode == "Block" {
		return fmt.Errorf("volumeMode Block is not supported: use Filesystem")
	}
	name := "pvc-" + meta.UID
	path := filepath.Join(w.volumes, name)
	if err := os.MkdirAll(path, 0o777); err != nil {
		return err
	}
	if err := os.Chmod(path, 0o777); err != nil {
		return err
	}
	return w.send(http.MethodPost, "persistentvolumes", values{
		"apiVersion": "v1",
		"kind":       "PersistentVolume",
		"metadata":   values{"name": name, "annotations": values{provisionedBy: provisioner}},
		"spec": values{
			"accessModes":                   spec.AccessModes,
			"capacity":                      values{"storage": spec.Resources.Requests["storage"]},
			"storageClassName":              w.class,
			"persistentVolumeReclaimPolicy": "Delete",
			"hostPath":                      values{"path": path, "type": "DirectoryOrCreate"},
			"claimRef": values{
				"apiVersion": "v1", "kind": "PersistentVolumeClaim",
				"namespace": meta.Namespace, "name": meta.Name, "uid": meta.UID,
			},
			"nodeAffinity": values{"required": values{"nodeSelectorTerms": []values{{
				"matchExpressions": []values{{
					"key": "kubernetes.io/hostname", "operator": "In", "values": []string{node},
				}},
			}}}},
		},
	})
}

func (w *worker) release(volume object) error {
	meta := volume.Metadata
	ours := meta.Annotations[provisionedBy] == provisioner && strings.HasPrefix(meta.Name, "pvc-")
	if !ours || volume.Status.Phase != "Released" || volume.Spec.ReclaimPolicy != "Delete" {
		return nil
	}
	if err := os.RemoveAll(filepath.Join(w.volumes, filepath.Base(meta.Name))); err != nil {
		return err
	}
	return w.send(http.MethodDelete, "persistentvolumes/"+meta.Name, nil)
}

// send makes one request; an object that exists already, or is gone already, is as wanted.
func (w *worker) send(method, path string, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequest(method, w.server+"/api/v1/"+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := w.client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode < 300 || answer.StatusCode == http.StatusConflict || answer.StatusCode == http.StatusNotFound {
		return nil
	}
	reason, _ := io.ReadAll(io.LimitReader(answer.Body, 500))
	return fmt.Errorf("%s answered %d: %s", path, answer.StatusCode, reason)
}
