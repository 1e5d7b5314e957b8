package statement

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"cobijo/knowledge/lint"
	"cobijo/seeds"
)

// overlay copies the statement's real files, so that one of them can be broken.
func overlay(t *testing.T) fstest.MapFS {
	t.Helper()
	over := fstest.MapFS{}
	files, err := fs.Glob(seeds.FS, "statement/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := fs.ReadFile(seeds.FS, file)
		if err != nil {
			t.Fatal(err)
		}
		over[file] = &fstest.MapFile{Data: data}
	}
	return over
}

// edit changes the first old that follows the line "- id: record" and gives the line on which the fault must be named: the
// record's, or that of the change where no record is told.
func edit(t *testing.T, fsys fstest.MapFS, file, record, old, new string) int {
	t.Helper()
	data := string(fsys[file].Data)
	at := strings.Index(data, "- id: "+record+"\n")
	if record == "" {
		at = strings.Index(data, old)
	}
	if at < 0 {
		t.Fatalf("no %s in %s", record, file)
	}
	i := strings.Index(data[at:], old)
	if i < 0 {
		t.Fatalf("no %q after %s in %s", old, record, file)
	}
	fsys[file] = &fstest.MapFile{Data: []byte(data[:at+i] + new + data[at+i+len(old):])}
	return 1 + strings.Count(data[:at], "\n")
}

func TestCheckNamesFaults(t *testing.T) {
	for _, tt := range []struct {
		name, file, record, old, new string
		text                         string
	}{
		{"a changed word", commitmentsFile, "cr-01", "en: \"Continue ensuring access", "en: \"Continue ensuring the access", "cr-01: the English text does not stand in the document"},
		{"a lost text", commitmentsFile, "sexual-diversity-02", "    en: \"Abolishing", "    en: \"\" # Abolishing", "sexual-diversity-02: a text or title is missing"},
		{"no Spanish", commitmentsFile, "bz-01", "    es: \"", "    es: \"\" # ", "bz-01: a text or title is missing"},
		{"a long title", commitmentsFile, "joint-01", "Strengthen coordinated responses to root causes", strings.Repeat("long ", 13), "has 65 characters; up to 60"},
		{"no theme", commitmentsFile, "joint-01", "[root-causes, employment, education, capacity-building, regional-cooperation]", "[]", "joint-01: bears 0 themes; one to five"},
		{"six themes", commitmentsFile, "joint-01", "[root-causes, ", "[root-causes, children, ", "joint-01: bears 6 themes; one to five"},
		{"an unknown theme", commitmentsFile, "joint-02", "[information-systems, ", "[information-sistems, ", `joint-02: no theme "information-sistems" stands in statement/themes.yaml`},
		{"an unknown kind", commitmentsFile, "mx-01", "kind: commits", "kind: promises", `mx-01: kind "promises" is none of endeavours,`},
		{"specificity", commitmentsFile, "mx-01", "specificity: ", "specificity: 1", "mx-01: specificity is 1 to 5"},
		{"a part that is none", commitmentsFile, "joint-02", "    - en: \"Develop harmonized", "    - en: \"Developing harmonized", "joint-02: a part is no span of its text"},
		{"an empty part", commitmentsFile, "joint-02", "    - en: \"Develop harmonized", "    - en: \"\" # \"Develop harmonized", "joint-02: a part is no span of its text"},
		{"an unknown participant", commitmentsFile, "ca-02", "participant: ca", "participant: xx", `ca-02: no participant "xx" stands in statement/participants.yaml`},
		{"a doubled id", commitmentsFile, "bz-02", "- id: bz-02", "- id: bz-03", "bz-03 stands twice"},
		{"an unknown field", commitmentsFile, "", "  section: root-causes", "  zone: root-causes", "field zone not found"},
		{"a wrong count", participantsFile, "bz", "commitments: 6", "commitments: 7", "bz: says 7 commitments, has 6"},
		{"a short id", participantsFile, "un-women", "commitments: 3", "commitments: 4", "un-women: says 4 commitments, has 3"},
		{"an unknown kind of participant", participantsFile, "ca", "kind: country", "kind: nation", `ca: kind "nation" is none of joint,`},
		{"a changed recital", preambleFile, "recital-03", "poverty", "misery", "recital-03: the English text does not stand in the document"},
		{"a changed heading", preambleFile, "", "Follow-up mechanism", "Follow-up mechanisms", `the heading "Follow-up mechanisms" does not stand in the document`},
		{"broken YAML", themesFile, "", "- id: ", "- id: x: ", "mapping values are not allowed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fsys := overlay(t)
			line := edit(t, fsys, tt.file, tt.record, tt.old, tt.new)
			s, faults := Load(fsys)
			faults = append(faults, s.Check(fsys)...)
			named := slices.ContainsFunc(faults, func(f lint.Fault) bool {
				return f.File == tt.file && f.Line == line && strings.Contains(f.Text, tt.text)
			})
			if !named {
				t.Errorf("not named at %s:%d: %q; but:\n%v", tt.file, line, tt.text, first(faults, 5))
			}
		})
	}
}

func first(faults lint.Faults, n int) error { return faults[:min(n, len(faults))].Err() }

func TestLoadBroken(t *testing.T) {
	for _, file := range []string{commitmentsFile, participantsFile, themesFile, preambleFile, DocumentFile} {
		t.Run("missing "+file, func(t *testing.T) {
			fsys := overlay(t)
			delete(fsys, file)
			s, faults := Load(fsys)
			faults = append(faults, s.Check(fsys)...)
			if !slices.ContainsFunc(faults, func(f lint.Fault) bool { return f.File == file && strings.Contains(f.Text, "cannot be read") }) {
				t.Errorf("not named: %v", first(faults, 5))
			}
		})
	}
	for _, file := range []string{commitmentsFile, participantsFile, themesFile} {
		t.Run("an empty item in "+file, func(t *testing.T) {
			fsys := overlay(t)
			fsys[file].Data = append(fsys[file].Data, "\n-\n"...)
			last := strings.Count(string(fsys[file].Data), "\n")
			s, faults := Load(fsys)
			s.Check(fsys)
			if !slices.ContainsFunc(faults, func(f lint.Fault) bool { return f.File == file && f.Line >= last-1 && f.Line <= last+1 }) {
				t.Errorf("not named near line %d: %v", last, first(faults, 5))
			}
		})
	}
}
