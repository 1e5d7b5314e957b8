package understand

import (
	"testing"
	"time"
)

func TestDates(t *testing.T) {
	e := newEngine(t)
	for text, want := range map[string]string{
		"entré el 3 de noviembre":                "2026-11-03",
		"i came in on November 3rd":              "2026-11-03",
		"entered 3 Nov 2025":                     "2025-11-03",
		"llegué el 30 de noviembre":              "2025-11-30", // the latest such day, not one to come
		"entre hace 2 semanas":                   "2026-11-11",
		"i arrived three months ago":             "2026-08-25",
		"llegamos ayer":                          "2026-11-24",
		"entré el 20/11/2026":                    "2026-11-20",
		"i crossed on 11/20/2026":                "2026-11-20",
		"entered 2026-11-03":                     "2026-11-03",
		"llevo 4 meses en monterrey":             "2026-07-25",
		"cuanto tiempo tengo para pedir refugio": "",
		"el 99/99/2026":                          "",
	} {
		got := ""
		if d := e.Read(text, today).Date; !d.IsZero() {
			got = d.Format(time.DateOnly)
		}
		if got != want {
			t.Errorf("%q names %q, want %q", text, got, want)
		}
	}
	if r := e.Read("i came in on 3/11", today); !r.Unclear || !r.Date.IsZero() {
		t.Error("3/11 in English was not taken for unclear")
	}
}

func TestSaysChild(t *testing.T) {
	for text, want := range map[string]bool{
		"soy menor de edad": true, "tengo 16 y vengo sola": true, "i am 15": true, "im 14 the group left me": true, "i am a minor": true,
		"tengo 3 hijos": false, "tengo 12 dias aqui": false, "i am 35": false, "mi hijo de 15": false,
	} {
		if got := saysChild(tokens(fold(text))); got != want {
			t.Errorf("%q says child: %v", text, got)
		}
	}
}
