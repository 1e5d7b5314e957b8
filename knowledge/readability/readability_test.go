package readability

import (
	"math"
	"testing"
)

func TestSyllables(t *testing.T) {
	for w, want := range map[string]int{
		"casa": 2, "refugio": 3, "país": 2, "días": 2, "que": 1, "guerra": 2, "aéreo": 4, "ciudad": 2, "muy": 1, "solicitud": 4,
		"ahora": 3, "prohibido": 3, "averigüe": 4, "leer": 2, "huir": 1, "público": 3,
	} {
		if got := spanish(w); got != want {
			t.Errorf("spanish(%q) = %d, want %d", w, got, want)
		}
	}
	for w, want := range map[string]int{
		"apply": 2, "asylum": 3, "days": 1, "come": 1, "table": 2, "asked": 1, "wanted": 2, "offices": 3, "people": 2, "free": 1, "country": 2,
	} {
		if got := english(w); got != want {
			t.Errorf("english(%q) = %d, want %d", w, got, want)
		}
	}
}

func TestOf(t *testing.T) {
	m := Of("Go to COMAR. Ask for help today.\nIt is free", "en")
	if m.Words != 10 || m.Sentences != 3 || m.Longest != 4 || m.LongestText != "Ask for help today." {
		t.Errorf("%+v", m)
	}
	// Names are no hard words, wherever they stand.
	plain, named := Of("Vaya a la casa hoy.", "es"), Of("Vaya a la Interinstitucionalidad hoy.", "es")
	if math.Abs(plain.FernandezHuerta()-named.FernandezHuerta()) > 0.01 {
		t.Errorf("a name counts: %v, %v", plain.FernandezHuerta(), named.FernandezHuerta())
	}
}

func TestFormulas(t *testing.T) {
	m := Measure{Words: 100, Sentences: 10, Syllables: 150}
	if got := m.FleschKincaid(); math.Abs(got-6.01) > 0.001 {
		t.Errorf("Flesch-Kincaid %v", got)
	}
	m.Syllables = 200
	if got := m.FernandezHuerta(); math.Abs(got-76.64) > 0.001 {
		t.Errorf("Fernández Huerta %v", got)
	}
}
