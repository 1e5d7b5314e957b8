package statement

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

type indexed struct {
	ID          string `yaml:"-"`
	Participant string
	Section     string
	Kind        string
	Page        int
	Words       int
	Opens       string
}

// index reads the list of commitments that stands beside the project. It was made from the document by other hands than this data.
func index(t *testing.T) (list []indexed, participants map[string]int, kinds map[string]string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(moduleRoot(t), "..", "shared", "commitments-index.yaml"))
	if errors.Is(err, fs.ErrNotExist) {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the index of commitments is missing: %v", err)
		}
		t.Skipf("NOT COMPARED: the index of commitments is missing: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Participants map[string]struct{ Commitments int }
		Kinds        map[string]string
		Commitments  yaml.Node // a map whose order is the document's
	}
	if err := yaml.NewDecoder(bytes.NewReader(data)).Decode(&file); err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(file.Commitments.Content); i += 2 {
		c := indexed{ID: file.Commitments.Content[i].Value}
		if err := file.Commitments.Content[i+1].Decode(&c); err != nil {
			t.Fatal(err)
		}
		list = append(list, c)
	}
	participants = map[string]int{}
	for id, p := range file.Participants {
		participants[id] = p.Commitments
	}
	return list, participants, file.Kinds
}

func moduleRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
}

func TestIndex(t *testing.T) {
	want, participants, kinds := index(t)
	s := load(t)
	if len(want) != len(s.Commitments) {
		t.Errorf("%d commitments, the index has %d", len(s.Commitments), len(want))
	}
	var got []indexed
	for i, c := range s.Commitments {
		if i >= len(want) {
			break
		}
		own := indexed{c.ID, c.Participant, c.Section, c.Kind, c.Page, len(strings.Fields(c.Text.EN)), want[i].Opens}
		if !strings.HasPrefix(c.Text.EN, want[i].Opens) {
			t.Errorf("%s opens %.50q, not %q", c.ID, c.Text.EN, want[i].Opens)
		}
		got = append(got, own)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	own := map[string]int{}
	for _, p := range s.Participants {
		if p.ID != "sv" { // it signed, and made none: the index lists who made some
			own[p.ID] = p.Commitments
		}
	}
	if d := cmp.Diff(participants, own); d != "" {
		t.Error(d)
	}
	for _, k := range Kinds {
		if kinds[k] == "" {
			t.Errorf("the index knows no kind %q", k)
		}
	}
	if len(kinds) != len(Kinds) {
		t.Errorf("%d kinds, the index has %d", len(Kinds), len(kinds))
	}
}
