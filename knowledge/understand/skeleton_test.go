package understand

import (
	"testing"

	"pgregory.net/rapid"
)

// Who writes by ear writes a word with the skeleton of the one that was meant.
func TestSkeleton(t *testing.T) {
	var a, b [maxSkeleton]byte
	for heard, meant := range map[string]string{
		"loyer": "lawyer", "foriner": "foreigner", "ticher": "teacher", "polis": "police", "asilum": "asylum", "refujee": "refugee", "flite": "flight",
		"rite": "right", "scool": "school", "bengo": "vengo", "solisitu": "solicitud", "papele": "papeles", "pedi": "pedir", "husban": "husband", "pendin": "pending",
		"siuda": "ciudad", "idalgo": "hidalgo", "deportacion": "deportation",
	} {
		if x, y := string(skeleton(a[:], heard)), string(skeleton(b[:], meant)); x != y {
			t.Errorf("%s is %s, %s is %s", heard, x, meant, y)
		}
	}
	for a2, b2 := range map[string]string{"asilo": "abogado", "work": "school", "police": "patrol"} {
		if x, y := string(skeleton(a[:], a2)), string(skeleton(b[:], b2)); x == y {
			t.Errorf("%s and %s are both %s", a2, b2, x)
		}
	}
}

func TestCorrect(t *testing.T) {
	s := newSpeller([]string{"asylum", "lawyer", "loyal", "police", "printer", "vengo"}, []wordCount{{all: 90, english: 90}, {all: 80, english: 80}, {all: 1, english: 1}, {all: 70, english: 70}, {all: 1, english: 1}, {all: 60, spanish: 60}})
	for w, want := range map[string]string{
		"asilum": "asylum", "loyer": "lawyer", "polis": "police", "bengo": "vengo",
		"printer": "printer", "lawyer": "lawyer", "zzz": "zzz", "ñandu": "ñandu", "": "", "_place": "_place",
	} {
		if got := s.correct(w, ""); got != want {
			t.Errorf("%q is %q, want %q", w, got, want)
		}
	}
}

// Any words are read: a skeleton is never longer than its word, a word is as far from itself as from nothing said, and a correction
// is a word that is known or the word itself.
func TestSpellerTakesAnything(t *testing.T) {
	e := newEngine(t)
	rapid.Check(t, func(t *rapid.T) {
		w, v := rapid.String().Draw(t, "word"), rapid.StringMatching(`[a-z]{0,45}`).Draw(t, "other")
		for _, w := range append(tokens(fold(w)), v) {
			var buf [maxSkeleton]byte
			if k := skeleton(buf[:], w); len(k) > len(w)+1 {
				t.Fatalf("the skeleton of %q is %q", w, k)
			}
			if got := e.spell.correct(w, ""); got != w && !e.spell.known(got) {
				t.Fatalf("%q is corrected to %q", w, got)
			}
			if len(w) <= 20 && heardDistance(w, w) != 0 {
				t.Fatalf("%q is %f from itself", w, heardDistance(w, w))
			}
			e.Places.Find([]string{w, v, w}, e.spell.meant([]string{w, v, w}), e.spell)
		}
	})
}

// A place's name of several words is known when it is misspelt by ear; usual words are no place.
func TestPlacesByEar(t *testing.T) {
	e := newEngine(t)
	for text, want := range map[string]string{
		"siuda idalgo": "mx-ciudad-hidalgo", "en la unida de refujio": "cr-authority-unidad-de-refugio", "el i g m": "gt-authority-igm",
		"la siglo veinte y uno": "mx-authority-siglo-xxi", "no tengo con que pagar": "",
	} {
		got := ""
		if ms := e.Places.Find(tokens(fold(text)), e.spell.meant(tokens(fold(text))), e.spell); len(ms) > 0 {
			got = ms[0].Place.ID
		}
		if got != want {
			t.Errorf("%q names %q, want %q", text, got, want)
		}
	}
}
