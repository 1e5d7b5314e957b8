package understand

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTokens(t *testing.T) {
	for text, want := range map[string][]string{
		"¿Cuánto TARDA?":            {"cuanto", "tarda"},
		"don't I-589 form":          {"dont", "i589", "form"},
		"ayudaaaaaa":                {"ayudaa"},
		"mañana\u200b a las 5":      {"manana", "a", "las", "5"},
		"\u202eevil\u202c":          {"evil"},
		"":                          {},
		"🙏🙏":                        {},
		"<script>alert(1)</script>": {"script", "alert", "1", "script"},
	} {
		if got := tokens(fold(text)); !slices.Equal(got, want) {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// What is misspelt by ear sounds as what was meant.
func TestSound(t *testing.T) {
	for a, b := range map[string]string{
		"acilo": "asilo", "refuzio": "refusio", "nesesito": "necesito", "alluda": "ayuda", "avogado": "abogado", "ola": "hola", "ke": "que", "asilum": "asylum",
	} {
		if sound(a) != sound(b) {
			t.Errorf("%s sounds %s, %s sounds %s", a, sound(a), b, sound(b))
		}
	}
}

func TestClip(t *testing.T) {
	long := strings.Repeat("ñ", 100_000)
	if got := clip(long); utf8.RuneCountInString(got) != maxRunes || !utf8.ValidString(got) {
		t.Errorf("%d characters kept", utf8.RuneCountInString(got))
	}
	if got := clip("a\xffb"); !utf8.ValidString(got) {
		t.Errorf("%q is not valid", got)
	}
}

// Whatever is written, it is read without a panic, and the scores are shares of one.
func FuzzRead(f *testing.F) {
	e := newEngine(f)
	for _, s := range []string{"", " ", "hola", "3/11", "el 3 de", "hace", "US", "I.C.E.", "\x00\xff", "mx-04 joint-05", "tengo 16", "¿?¿?", strings.Repeat("a ", 3000), "' OR 1=1; --", "**x** [y](z)", "\u202e abc"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := e.Read(s, today)
		sum := r.Menu + r.OffTopic + r.Commitments
		for _, topic := range r.Topics {
			sum += topic.Score
		}
		if sum < 0.99 || sum > 1.01 {
			t.Errorf("the scores add up to %v", sum)
		}
		if r.DangerScore < 0 || r.DangerScore > 1 {
			t.Errorf("danger %v", r.DangerScore)
		}
		e.Search(e.Statement(r))
		e.Rumour(r, "mx")
	})
}

// A file of models that is cut or changed is refused, not believed.
func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte{})
	f.Add(magic)
	f.Add(shipped[:200])
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := unmarshal(data); err == nil && len(m.topic.classes) == 0 {
			t.Error("models without classes were accepted")
		}
	})
}

func TestUnmarshal(t *testing.T) {
	m, err := unmarshal(shipped)
	if err != nil {
		t.Fatal(err)
	}
	if got := m.marshal(); !slices.Equal(got, shipped) {
		t.Error("the models read are written otherwise")
	}
	for _, n := range []int{0, 10, 60, 1000, len(shipped) - 1} {
		if _, err := unmarshal(shipped[:n]); err == nil {
			t.Errorf("models cut to %d bytes were accepted", n)
		}
	}
}
