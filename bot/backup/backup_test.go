package backup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden file of this version")

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

// The files of all versions are read for ever; that of this version is written as it was.
func TestVersions(t *testing.T) {
	subs := newShelf("subscription", "s1", `{"channel":"C1","rhythm":"FREQ=WEEKLY"}`, "s2", `{"channel":"C2","words":"café <b>"}`)
	reports := newShelf("report", "mx-04/r1", `{"status":"under-way"}`)
	file := fmt.Sprintf("testdata/v%d.jsonl", Version)
	now := export(t, subs, reports)
	if *update {
		if err := os.WriteFile(file, now, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for v := 1; v <= Version; v++ {
		f, err := os.Open(fmt.Sprintf("testdata/v%d.jsonl", v))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		gotSubs, gotReports := newShelf("subscription"), newShelf("report")
		r, err := Import(t.Context(), f, map[string]Sink{"subscription": gotSubs, "report": gotReports})
		if err != nil || r.Version != v || r.Changed != 3 || r.Header != made {
			t.Errorf("version %d: %+v, %v", v, r, err)
		}
		if d := cmp.Diff([]any{subs.has, reports.has}, []any{gotSubs.has, gotReports.has}, cmp.Transformer("json", canonical)); d != "" {
			t.Errorf("version %d:\n%s", v, d)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(now)); d != "" {
		t.Errorf("the format of version %d changed; raise Version:\n%s", Version, d)
	}
}

func canonical(s string) (v map[string]any) {
	_ = json.Unmarshal([]byte(s), &v)
	return v
}

// A file of an older version is brought up step by step; one of a newer is refused.
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
	var got []Record
	if _, err := read(bytes.NewReader(file), 4, steps, func(r Record) error { got = append(got, r); return nil }); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]Record{{"progress", "r1", json.RawMessage(`{"status":"done"}`)}}, got); d != "" {
		t.Error(d)
	}
	newer := strings.Replace(string(file), `"version":1`, `"version":2`, 1)
	if _, err := Import(t.Context(), strings.NewReader(newer), nil); err == nil || !strings.Contains(err.Error(), "newer") {
		t.Errorf("a file of a newer version: %v", err)
	}
}

func TestImportTwice(t *testing.T) {
	file := export(t, newShelf("a", "1", `{}`, "2", `{"x":1}`), newShelf("b", "1", `[]`))
	a := newShelf("a", "2", `{"x":"mine"}`)
	for i, want := range []Result{
		{Header: made, Version: 1, Changed: 1, Kept: 1, Unknown: map[string]int{"b": 1}},
		{Header: made, Version: 1, Changed: 0, Kept: 2, Unknown: map[string]int{"b": 1}},
	} {
		got, err := Import(t.Context(), bytes.NewReader(file), map[string]Sink{"a": a})
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("time %d: %v\n%s", i+1, err, d)
		}
		if !slices.Equal(got.Kinds(), []string{"b"}) {
			t.Errorf("not taken: %v", got.Kinds())
		}
	}
	if a.has["2"] != `{"x":"mine"}` {
		t.Errorf("what was there is overwritten: %v", a.has)
	}
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
		if _, err := Import(t.Context(), strings.NewReader(text), map[string]Sink{"a": a}); err == nil || len(a.has) > 0 {
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
	if _, err := Import(t.Context(), bytes.NewReader(file), map[string]Sink{"a": refusing{bad}}); !errors.Is(err, bad) {
		t.Errorf("a sink that fails: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Import(ctx, bytes.NewReader(file), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

type refusing struct{ err error }

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
		if _, err := Import(context.Background(), bytes.NewReader(export(t, want)), map[string]Sink{"a": got}); err != nil {
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
		if _, err := Import(t.Context(), bytes.NewReader(data), map[string]Sink{"a": a}); err != nil && len(a.has) > 0 {
			t.Errorf("%v, and yet %v is imported", err, a.has)
		}
	})
}
