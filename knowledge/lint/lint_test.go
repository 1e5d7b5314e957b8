package lint

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestYAML(t *testing.T) {
	type record struct {
		A, B string
		List []string
	}
	const file = "f.yaml"
	for _, tt := range []struct {
		name, data string
		want       []string
	}{
		{"good", "a: x\nlist: [y]\n", nil},
		{"empty", "", nil},
		{"comment alone", "# nothing yet\n", nil},
		{"unknown field", "a: x\nz: y\n", []string{"f.yaml:2: field z not found in type lint.record"}},
		{"two unknown fields", "y: x\nz: y\n", []string{"f.yaml:1: field y not found in type lint.record", "f.yaml:2: field z not found in type lint.record"}},
		{"doubled field", "a: x\n\na: y\n", []string{`f.yaml:3: mapping key "a" already defined at line 1`}},
		{"wrong type", "a: x\nlist: {y: z}\n", []string{"f.yaml:2: cannot unmarshal !!map into []string"}},
		{"colon in a value", "a: x\nb: y: z\n", []string{"f.yaml:2: mapping values are not allowed in this context"}},
		// The decoder leaves out the line where it is the first.
		{"colon in the first line", "a: x: y\n", []string{"f.yaml:1: mapping values are not allowed in this context"}},
		{"tab", "a:\n\tx\n", []string{"f.yaml:2: found character that cannot start any token"}},
		{"control character", "a: \x00\n", []string{"f.yaml:1: control characters are not allowed"}},
		// What follows such a line would otherwise be left out, and nobody would know.
		{"second document", "a: x\n---\nb: y\n", []string{"f.yaml:2: a second document begins here: take out the line of three dashes before it"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var faults Faults
			ok := YAML(fstest.MapFS{file: {Data: []byte(tt.data)}}, file, &record{}, &faults)
			if ok != (tt.want == nil) {
				t.Errorf("usable: %v", ok)
			}
			if d := cmp.Diff(tt.want, said(faults)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestYAMLBytesOffset(t *testing.T) {
	var faults Faults
	YAMLBytes([]byte("a: x: y\n"), "entry.md", 1, &struct{ A string }{}, &faults)
	YAMLBytes([]byte("a: x\nz: y\n"), "entry.md", 1, &struct{ A string }{}, &faults)
	want := []string{"entry.md:2: mapping values are not allowed in this context", "entry.md:3: field z not found in type struct { A string }"}
	if d := cmp.Diff(want, said(faults)); d != "" {
		t.Error(d)
	}
}

func TestYAMLMissing(t *testing.T) {
	var faults Faults
	if YAML(fstest.MapFS{}, "none.yaml", &struct{}{}, &faults) {
		t.Error("a file that is not there was read")
	}
	if d := cmp.Diff([]string{"none.yaml: cannot be read: open none.yaml: file does not exist"}, said(faults)); d != "" {
		t.Error(d)
	}
}

func TestPresent(t *testing.T) {
	const file = "list.yaml"
	type item struct{ ID string }
	for _, tt := range []struct {
		name, data string
		ids        []string
		want       []string
	}{
		{"all there", "- id: a\n- id: b\n", []string{"a", "b"}, nil},
		{"a dash alone", "- id: a\n-\n- id: b\n", []string{"a", "b"}, []string{"list.yaml:2: an item without anything in it"}},
		{"null", "- null\n- ~\n", nil, []string{"list.yaml:1: an item without anything in it", "list.yaml:2: an item without anything in it"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fsys := fstest.MapFS{file: {Data: []byte(tt.data)}}
			var faults Faults
			var items []*item
			YAML(fsys, file, &items, &faults)
			var ids []string
			for _, i := range Present(fsys, file, items, &faults) {
				ids = append(ids, i.ID)
			}
			if d := cmp.Diff(tt.ids, ids); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(tt.want, said(faults)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestLineOf(t *testing.T) {
	data := []byte("id: un-women\nid: un\nid: comar-tapachula\ndial: +52 55\n")
	for _, tt := range []struct {
		text string
		want int
	}{
		{"id: un-women", 1},
		{"id: un", 2}, // not the longer id before it
		{"id: comar", 3},
		{"+52 55", 4},
		{"none", 0},
		{"", 0},
	} {
		if got := LineOf(data, tt.text); got != tt.want {
			t.Errorf("LineOf(%q) = %d, want %d", tt.text, got, tt.want)
		}
	}
}

func TestFaults(t *testing.T) {
	var faults Faults
	if err := faults.Err(); err != nil {
		t.Errorf("no fault is no error, not %v", err)
	}
	faults.Add("b", 1, "x")
	faults.Add("a", 10, "%d%%", 5)
	faults.Add("a", 2, "y")
	faults.Add("a", 2, "x")
	faults.Add("a", 0, "whole")
	faults.Sort()
	want := []string{"a: whole", "a:2: x", "a:2: y", "a:10: 5%", "b:1: x"}
	if d := cmp.Diff(want, said(faults)); d != "" {
		t.Error(d)
	}
	if got := faults.Err().Error(); got != "a: whole\na:2: x\na:2: y\na:10: 5%\nb:1: x" {
		t.Errorf("joined: %q", got)
	}
}

func said(faults Faults) []string {
	var all []string
	for _, f := range faults {
		all = append(all, f.Error())
	}
	return all
}
