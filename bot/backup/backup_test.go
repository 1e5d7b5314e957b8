package backup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// shelf keeps things of one kind.
type shelf struct {
	kind string
	has  map[string]string
}

func newShelf(kind string, pairs ...string) *shelf {
	s := &shelf{kind: kind, has: map[string]string{}}
	for i := 0; i < len(pairs); i += 2 {
		s.has[pairs[i]] = pairs[i+1]
	}
	return s
}

func (s *shelf) Kind() string { return s.kind }

func (s *shelf) Each(_ context.Context, give func(string, json.RawMessage) error) error {
	for _, id := range slices.Sorted(maps.Keys(s.has)) {
		if err := give(id, json.RawMessage(s.has[id])); err != nil {
			return err
		}
	}
	return nil
}

func (s *shelf) Check(_ context.Context, id string, data json.RawMessage) (bool, error) {
	if strings.Contains(string(data), "wrong") {
		return false, errors.New("it is wrong")
	}
	_, there := s.has[id]
	return !there, nil
}

func (s *shelf) Put(_ context.Context, id string, data json.RawMessage) (bool, error) {
	if _, ok := s.has[id]; ok {
		return false, nil
	}
	s.has[id] = string(data)
	return true, nil
}

var made = Header{Made: time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC), By: "v1.2.3"}

func export(t interface{ Fatal(...any) }, sources ...Source) []byte {
	var b bytes.Buffer
	if _, err := Export(context.Background(), &b, made, sources...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func canonical(s string) (v map[string]any) {
	_ = json.Unmarshal([]byte(s), &v)
	return v
}

// A file of an older version is brought up step by step; one of a newer is refused. Of version 0 there never was one but here.
func TestUpgrades(t *testing.T) {
	file := export(t, newShelf("report", "r1", `{"status":"kept"}`))
	steps := map[int]upgrade{
		2: func(r Record) (Record, error) { r.Kind = "progress"; return r, nil },
		4: func(r Record) (Record, error) {
			if r.Kind != "progress" {
				return r, errors.New("not by the way of 2")
			}
			r.Data = bytes.ReplaceAll(r.Data, []byte("kept"), []byte("done"))
			return r, nil
		},
	}
	old := strings.Replace(string(export(t, newShelf("a", "1", `{"n":1}`))), `"version":1`, `"version":0`, 1)
	if _, err := Import(t.Context(), strings.NewReader(old), newShelf("a")); err == nil || !strings.Contains(err.Error(), "no version 0") {
		t.Errorf("a file of version 0: %v", err)
	}
	var got []Record
	if _, err := read(bytes.NewReader(file), 4, steps, func(r Record) error { got = append(got, r); return nil }); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]Record{{"progress", "r1", json.RawMessage(`{"status":"done"}`)}}, got); d != "" {
		t.Error(d)
	}
	newer := strings.Replace(string(file), `"version":1`, `"version":2`, 1)
	if _, err := Import(t.Context(), strings.NewReader(newer)); err == nil || !strings.Contains(err.Error(), "newer") {
		t.Errorf("a file of a newer version: %v", err)
	}
}

func TestImportTwice(t *testing.T) {
	file := export(t, newShelf("a", "1", `{}`, "2", `{"x":1}`), newShelf("b", "1", `[]`))
	a, b := newShelf("a", "2", `{"x":"mine"}`), newShelf("b")
	first := Result{Header: made, Version: 1, Kinds: map[string]Tally{"a": {Changed: 1, Kept: 1}, "b": {Changed: 1}}}
	again := Result{Header: made, Version: 1, Kinds: map[string]Tally{"a": {Kept: 2}, "b": {Kept: 1}}}
	for i, want := range []Result{first, again} {
		told, err := Check(t.Context(), bytes.NewReader(file), a, b)
		if d := cmp.Diff(want, told); err != nil || d != "" {
			t.Errorf("before time %d it is told: %v\n%s", i+1, err, d)
		}
		got, err := Import(t.Context(), bytes.NewReader(file), a, b)
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("time %d: %v\n%s", i+1, err, d)
		}
	}
	if a.has["2"] != `{"x":"mine"}` {
		t.Errorf("what was there is overwritten: %v", a.has)
	}
}

// Wherever a file is cut off, that is what is said.
func TestCutOff(t *testing.T) {
	file := export(t, newShelf("a", "1", `{"n":1}`, "2", `{"n":2}`))
	first := bytes.IndexByte(file, '\n') + 1
	for n := first; n < len(file)-1; n++ { // without its last newline it is whole
		if _, err := Import(t.Context(), bytes.NewReader(file[:n]), newShelf("a")); !errors.Is(err, ErrCutOff) {
			t.Errorf("after %q: %v", file[:n], err)
		}
	}
}

// What is not known, wrong or there twice is named by its line, and nothing before it is imported.
func TestRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		file []byte
		want string
	}{
		"another kind": {export(t, newShelf("a", "1", `{}`), newShelf("c", "1", `{}`)), `line 3: records of kind "c" are not known here`},
		"wrong":        {export(t, newShelf("a", "1", `{}`, "2", `"wrong"`)), "line 3: it is wrong"},
		"twice":        {export(t, newShelf("a", "1", `{}`), newShelf("a", "1", `{}`)), `line 3: a "1" stands twice`},
	} {
		a := newShelf("a")
		if _, err := Import(t.Context(), bytes.NewReader(tt.file), a); err == nil || err.Error() != tt.want || len(a.has) > 0 {
			t.Errorf("%s: %v; imported %v", name, err, a.has)
		}
	}
}

func TestDecode(t *testing.T) {
	for data, want := range map[string]string{
		`{"n":1}`: "", `{"n":1,"more":"secret words"}`: `field "more" is not known here`, `{"n":"secret words"}`: "n cannot be read",
		`{"at":"secret words"}`: "it cannot be read", `"secret words"`: "it cannot be read", `{`: "it cannot be read",
	} {
		var into struct {
			N  int       `json:"n"`
			At time.Time `json:"at"`
		}
		said := ""
		if err := Decode(json.RawMessage(data), &into); err != nil {
			said = err.Error()
		}
		if said != want {
			t.Errorf("%s: %q, want %q", data, said, want)
		}
	}
}

// What no secret opens is left out and counted.
func TestLost(t *testing.T) {
	var b bytes.Buffer
	sum, err := Export(t.Context(), &b, made, holed{newShelf("a", "1", `{}`)})
	if d := cmp.Diff(Sum{Records: map[string]int{"a": 1}, Lost: map[string]int{"a": 1}}, sum); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
	if r, err := Import(t.Context(), bytes.NewReader(b.Bytes()), newShelf("a")); err != nil || r.Kinds["a"].Changed != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}

// holed has one more record, which cannot be opened.
type holed struct{ *shelf }

func (h holed) Each(ctx context.Context, give func(string, json.RawMessage) error) error {
	return errors.Join(h.shelf.Each(ctx, give), give("lost", nil))
}

// Whatever is cut off, changed, doubled or left out of a file, nothing of it is imported.
func TestDamage(t *testing.T) {
	file := string(export(t, newShelf("a", "1", `{"n":1}`, "2", `{"n":2}`, "3", `{"n":3}`)))
	lines := strings.SplitAfter(file, "\n")
	damaged := map[string]string{
		"empty":            "",
		"no export":        "hello\n",
		"another format":   `{"format":"x","version":1}` + "\n",
		"version 0":        strings.Replace(file, `"version":1`, `"version":0`, 1),
		"no end":           strings.Join(lines[:4], ""),
		"a line less":      strings.Join(append(slices.Clone(lines[:2]), lines[3:]...), ""),
		"a line twice":     strings.Join(append(slices.Clone(lines[:2]), lines[1:]...), ""),
		"a line changed":   strings.Replace(file, `"n":2`, `"n":7`, 1),
		"lines swapped":    lines[0] + lines[2] + lines[1] + lines[3] + lines[4],
		"more behind":      file + lines[1],
		"no kind":          strings.Replace(file, `"kind":"a"`, `"kind":""`, 1),
		"no id":            strings.Replace(file, `"id":"2"`, `"id":""`, 1),
		"no data":          strings.Replace(file, `{"n":2}`, `null`, 1),
		"no JSON":          strings.Replace(file, `{"n":2}`, `{"n":`, 1),
		"a line too long":  lines[0] + `{"kind":"a","id":"x","data":"` + strings.Repeat("a", MaxLine) + "\"}\n",
		"cut in a line":    file[:len(lines[0])+20],
		"the end, cut off": file[:len(file)-10],
	}
	for name, text := range damaged {
		a := newShelf("a")
		if _, err := Import(t.Context(), strings.NewReader(text), a); err == nil || len(a.has) > 0 {
			t.Errorf("%s: %v; imported %v", name, err, a.has)
		}
	}
}

func TestErrors(t *testing.T) {
	bad := errors.New("bad")
	if _, err := Export(t.Context(), failing{bad}, made, newShelf("a")); !errors.Is(err, bad) {
		t.Errorf("a full disk: %v", err)
	}
	for name, s := range map[string]*shelf{"no id": newShelf("a", "", `{}`), "no data": newShelf("a", "1", `null`), "no JSON": newShelf("a", "1", `{`), "no kind": newShelf("", "1", `{}`), "too long": newShelf("a", "1", `"`+strings.Repeat("a", MaxLine)+`"`)} {
		if _, err := Export(t.Context(), io.Discard, made, s); err == nil {
			t.Errorf("%s is exported", name)
		}
	}
	file := export(t, newShelf("a", "1", `{}`))
	if _, err := Import(t.Context(), bytes.NewReader(file), refusing{newShelf("a"), bad}); !errors.Is(err, bad) {
		t.Errorf("a sink that fails: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Import(ctx, bytes.NewReader(file), newShelf("a")); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

type refusing struct {
	*shelf
	err error
}

func (r refusing) Put(context.Context, string, json.RawMessage) (bool, error) { return false, r.err }

// Whatever is exported is imported as it was.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.Custom(func(t *rapid.T) string {
			b, err := json.Marshal(map[string]any{"s": rapid.String().Draw(t, "s"), "n": rapid.Int32().Draw(t, "n")})
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		})
		id := rapid.StringN(1, 20, -1).Filter(func(s string) bool { return !strings.Contains(s, "\uFFFD") })
		want := &shelf{kind: "a", has: rapid.MapOfN(id, data, 0, 8).Draw(t, "has")}
		got := newShelf("a")
		if _, err := Import(context.Background(), bytes.NewReader(export(t, want)), got); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want.has, got.has, cmp.Transformer("json", canonical)); d != "" {
			t.Fatal(d)
		}
	})
}

// Whatever comes as a file, it is refused or imported, and nothing panics; what is refused changed nothing.
func FuzzImport(f *testing.F) {
	f.Add(export(f, newShelf("a", "1", `{}`, "2", `{"x":1}`)))
	f.Add([]byte(`{"format":"cobijo-export","version":1}` + "\n" + `{"end":true}`))
	f.Add([]byte("\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a := newShelf("a")
		if _, err := Import(t.Context(), bytes.NewReader(data), a); err != nil && len(a.has) > 0 {
			t.Errorf("%v, and yet %v is imported", err, a.has)
		}
	})
}
