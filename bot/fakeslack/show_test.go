package fakeslack

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestShow(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no test data", err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var v map[string]any
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(f, err)
		}
		surface := "message"
		if v["type"] != nil {
			surface = "modal"
		}
		if faults := CheckBlocks(surface, v["blocks"]); len(faults) > 0 {
			t.Errorf("%s: %q", f, faults)
		}
		p := &painter{errors: map[string]string{"note": "Diga más."}}
		got := p.paint(json.RawMessage(b)) + "\n"
		golden := strings.TrimSuffix(f, ".json") + ".txt"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), got); d != "" {
			t.Errorf("%s (-want +got)\n%s", f, d)
		}
	}
}
