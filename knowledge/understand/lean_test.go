package understand

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"cobijo/knowledge/guidance"
	"cobijo/knowledge/statement"
	"cobijo/seeds"
)

// lean gives the content without its examples, as a binary carries it that is handed out; a file may be another.
func lean(t *testing.T, file, text string) fs.FS {
	t.Helper()
	all := fstest.MapFS{}
	err := fs.WalkDir(seeds.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(path, "questions/") {
			return err
		}
		data, err := fs.ReadFile(seeds.FS, path)
		all[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if file != "" {
		all[file].Data = append(all[file].Data, text...)
	}
	return all
}

func TestWithoutExamples(t *testing.T) {
	library, faults := guidance.Load(seeds.FS)
	stated, more := statement.Load(seeds.FS)
	if err := append(faults, more...).Err(); err != nil {
		t.Fatal(err)
	}
	e, retrained, faults := New(lean(t, "", ""), library, stated)
	if err := faults.Err(); err != nil || retrained {
		t.Fatalf("trained anew: %v, %v", retrained, err)
	}
	if got := e.Read("¿cuánto tiempo tengo para pedir refugio en México?", time.Time{}).Top().Topic; got != "deadlines" {
		t.Errorf("read as %s", got)
	}
	_, _, faults = New(lean(t, "words.yaml", "# changed\n"), library, stated)
	if err := faults.Err(); err == nil || !strings.Contains(err.Error(), "no examples") {
		t.Errorf("models of other words: %v", err)
	}
	if _, err := Train(lean(t, "", ""), nil, stated); err == nil || !strings.Contains(err.Error(), "no example") {
		t.Errorf("trained from nothing: %v", err)
	}
}
