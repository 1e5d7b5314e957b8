package main

import (
	"bytes"
	"strings"
	"testing"
)

// Floors of what the understanding reaches on the questions that the project keeps apart from its examples: somewhat below
// what was measured when they were set, so that a change for the worse is seen and chance is not.
var floors = map[string]float64{
	"guidance/topic, first":                       89,
	"guidance/topic, among the first three":       97,
	"guidance/country":                            94,
	"lowliteracy/topic, first":                    85,
	"danger/danger recognised":                    93,
	"commitments/kind":                            97,
	"commitments/recall among the first five":     88,
	"offtopic/said not to know":                   88,
	"dialogues/turns":                             88,
	"langid/language":                             96,
	"commitments/nothing of its own, and said so": 100,
}

// Ceilings likewise.
var ceilings = map[string]float64{
	"guidance/another country's answer": 3,
	"danger/false alarms":               5,
	"offtopic/false answers":            5,
	"lowliteracy/gap":                   5, // points
}

func TestUnderstanding(t *testing.T) {
	var out bytes.Buffer
	figures, err := (&evalCmd{Dir: "../../knowledge/understand/testdata", Failures: testing.Verbose()}).measure(&out)
	if err != nil {
		t.Fatal(err)
	}
	for name, floor := range floors {
		if got, ok := figures[name]; !ok || got < floor {
			t.Errorf("%s is %.1f %%, at least %.1f", name, got, floor)
		}
	}
	for name, ceiling := range ceilings {
		if got, ok := figures[name]; !ok || got > ceiling {
			t.Errorf("%s is %.1f %%, at most %.1f", name, got, ceiling)
		}
	}
	if t.Failed() || testing.Verbose() {
		t.Log(strings.TrimSpace(out.String()))
	}
}
