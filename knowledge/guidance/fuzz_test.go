package guidance

import (
	"bytes"
	"testing"
	"testing/fstest"
)

// FuzzLoadEntry: whatever an editor's file holds, nothing panics, and each fault names a file that is there and a line that it has.
func FuzzLoadEntry(f *testing.F) {
	for _, seed := range []string{
		goodEN, goodES, "", "---", "---\n---\n", "---\n\n---\n", "---\n: :\n---\nx", "---\nreviewed: [2026]\n---\n", "---\nsources: [null, '']\n---\n\n***\n\n***\n",
		"---\nrelated: &a [*a]\n---\n", "---\nreviewed: 2026\n---\n<b>", "---\nx: 1\n---\n[a]: /b\n\n[a]\n***\n|a|b|\n|-|-|\n", "---\n-\n---\n1. - > x\n", "---\n\x00\n---\n\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fsys := content()
		fsys[enFile] = &fstest.MapFile{Data: data}
		l, faults := Load(fsys)
		for _, fault := range append(faults, l.Check(fsys, today)...) {
			file := fsys[fault.File]
			if file == nil {
				t.Errorf("a fault in no file: %v", fault)
			} else if fault.Line < 0 || fault.Line > 1+bytes.Count(file.Data, []byte("\n"))+1 {
				t.Errorf("a fault in no line: %v", fault)
			}
			if fault.Text == "" {
				t.Errorf("a fault without words: %v", fault)
			}
		}
	})
}

// FuzzLoadData does the same to the lists of a country.
func FuzzLoadData(f *testing.F) {
	files := []string{contactsFile, sourcesFile, factsFile, rumourFile, "topics.yaml", "countries.yaml"}
	for i := range files {
		for _, seed := range []string{string(content()[files[i]].Data), "", "-", "- null", "~", "a: {", "zz:", "topics:\n-\n", "- phones:\n  -\n", "deadline:\nappeal: {}\n", "? [a]\n: b\n", "<<: *a", "zz: &a {name: *a}"} {
			f.Add(uint8(i), []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		fsys := content()
		file := files[int(which)%len(files)]
		fsys[file] = &fstest.MapFile{Data: data}
		l, faults := Load(fsys)
		for _, fault := range append(faults, l.Check(fsys, today)...) {
			if fault.Text == "" || fault.Line < 0 {
				t.Errorf("a fault that names nothing: %+v", fault)
			}
		}
	})
}
