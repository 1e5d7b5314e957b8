package statement

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cobijo/seeds"
)

func TestExportWhole(t *testing.T) {
	s, faults := Load(seeds.FS)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := WriteJSON(&out, s.Commitments); err != nil {
		t.Fatal(err)
	}
	var set exportSet
	dec := json.NewDecoder(&out)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&set); err != nil {
		t.Fatal(err)
	}
	if set.Count != len(s.Commitments) || len(set.Commitments) != len(s.Commitments) || set.Licence == "" || set.Provenance.Document == "" {
		t.Errorf("the header does not fit: %d of %d", set.Count, len(s.Commitments))
	}
	out.Reset()
	if err := WriteCSV(&out, s.Commitments); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1+len(s.Commitments) || !slices.Equal(rows[0], csvFields()) {
		t.Fatalf("%d rows, first %v", len(rows), rows[0])
	}
	for i, c := range s.Commitments {
		if d := cmp.Diff(exportText(c.Text), set.Commitments[i].Text); d != "" {
			t.Error(d)
		}
		if rows[i+1][0] != c.ID || rows[i+1][7] != c.Text.EN {
			t.Errorf("row %d: %q", i+1, rows[i+1][:2])
		}
		if !strings.HasPrefix(exportOriginal, "text.en") || set.Commitments[i].Status != NoInformation {
			t.Errorf("%s: status %q", c.ID, set.Commitments[i].Status)
		}
	}
}

func TestExportNone(t *testing.T) {
	var out bytes.Buffer
	if err := WriteJSON(&out, nil); err != nil || !strings.Contains(out.String(), `"commitments": []`) {
		t.Errorf("%v: %s", err, out.String())
	}
	out.Reset()
	if err := WriteCSV(&out, nil); err != nil || strings.Count(out.String(), "\n") != 1 {
		t.Errorf("%v: %s", err, out.String())
	}
}

func TestCSVIsNoFormula(t *testing.T) {
	for _, field := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"} {
		c := &Commitment{ID: "x-01", Title: Text{EN: field}}
		var out bytes.Buffer
		if err := WriteCSV(&out, []*Commitment{c}); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if got := rows[1][5]; !strings.HasPrefix(got, "'") {
			t.Errorf("%q stands as %q", field, got)
		}
	}
}
