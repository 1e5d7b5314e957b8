package understand

import (
	"slices"
	"testing"
)

// Where the answer is to hold is not where somebody comes from, or fears to be sent to.
func TestCountries(t *testing.T) {
	e := newEngine(t)
	for text, want := range map[string][]string{
		"estoy en Tapachula":                                       {"mx"},
		"soy hondureña y estoy en guatemala":                       {"gt"},
		"soy salvadoreña y hui de mi pareja":                       nil,
		"i am from honduras, can i ask for asylum":                 nil,
		"i left Nicaragua and now i am in Costa Rica":              {"cr"},
		"me pueden regresar a Honduras":                            nil,
		"can they send me back to El Salvador":                     nil,
		"they deported me to Guatemala last year, who helps":       {"gt"},
		"mis hijos se quedaron en Honduras":                        nil,
		"can i apply in the US":                                    {"us"},
		"in USA how long":                                          {"us"},
		"a man is following us, tell us what to do":                nil,
		"can ICE arrest me":                                        {"us"},
		"is there ice in the water":                                nil,
		"que me pide la COMAR":                                     {"mx"},
		"cuanto tarda ONPAR":                                       {"pa"},
		"San Pedro Sula":                                           {"hn"},
		"estoy en Guatemla":                                        {"gt"},
		"do mexico and guatemala have a time limit":                {"mx", "gt"},
		"is TPS for Honduras still open":                           {"us"},
		"los hospitales mexicanos atienden":                        {"mx"},
		"a los venezolanos en Brasil los aceptan":                  {"br"},
		"como me hago ciudadano uruguayo":                          {"uy"},
		"le van a avisar al gobierno de honduras lo que yo cuente": nil,
		"what can Argentina's refugee commission decide":           {"ar"},
		"they returned my brother from Panama":                     {"pa"},
		"soi de el salbador":                                       nil,
		"bengo de guatemala":                                       nil,
		"como se usa el formulario":                                nil,
	} {
		if got := e.Read(text, today).Countries; !slices.Equal(got, want) {
			t.Errorf("%q holds in %v, want %v", text, got, want)
		}
	}
}

func TestLocate(t *testing.T) {
	e := newEngine(t)
	lat, lon, ok := e.Places.Locate("mx", "Tapachula, Chiapas")
	if !ok || lat < 14 || lat > 16 || lon > -91 || lon < -94 {
		t.Errorf("Tapachula at %v, %v, %v", lat, lon, ok)
	}
	if _, _, ok := e.Places.Locate("gt", "Tapachula"); ok {
		t.Error("Tapachula was found in Guatemala")
	}
}
