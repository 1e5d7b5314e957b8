package statement

import (
	"io/fs"
	"maps"
	"testing"
	"testing/fstest"

	"cobijo/seeds"
)

// Whatever the statement's data hold, nothing panics, and each fault says what is wrong.
func FuzzLoad(f *testing.F) {
	files := []string{commitmentsFile, participantsFile, themesFile, preambleFile}
	real := fstest.MapFS{}
	for i, file := range files {
		data, err := fs.ReadFile(seeds.FS, file)
		if err != nil {
			f.Fatal(err)
		}
		real[file] = &fstest.MapFile{Data: data}
		for _, seed := range []string{"", "-", "- null", "- id: a\n- id: a\n", "a: {", "recitals:\n-\nheadings: [~]\n", "- {id: x, participant: y, themes: [z, '']}", "<<: *a", "&a [*a]", "\x00"} {
			f.Add(uint8(i), []byte(seed))
		}
	}
	// The whole commitments are slow to read, and say nothing here: a few do.
	real[commitmentsFile] = &fstest.MapFile{Data: []byte("- {id: mx-04, participant: mx, themes: [detention], title: {en: a, es: b}, text: {en: c, es: d}}\n")}
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		fsys := fstest.MapFS{}
		maps.Copy(fsys, real)
		fsys[files[int(which)%len(files)]] = &fstest.MapFile{Data: data}
		s, faults := Load(fsys)
		for _, fault := range faults {
			if fault.Text == "" || fault.Line < 0 {
				t.Errorf("a fault that names nothing: %+v", fault)
			}
		}
		s.Select(Filter{Participants: []string{"mx"}, Theme: "detention"})
	})
}
