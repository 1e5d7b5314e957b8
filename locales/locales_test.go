package locales

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestText(t *testing.T) {
	c, err := Load(fstest.MapFS{
		"es.yaml":     {Data: []byte("hi: \"Hola {{.Name}}\"\ndays: {one: \"{{.N}} día\", many: \"{{.N}} de días\", other: \"{{.N}} días\"}\nonly: \"solo\"\n")},
		"en.yaml":     {Data: []byte("hi: \"Hello {{.Name}}\"\ndays: {one: \"{{.N}} day\", other: \"{{.N}} days\"}\n")},
		"web.es.yaml": {Data: []byte("web_a: \"a\"\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	var errs []string
	c.OnError = func(lang, id string, _ error) { errs = append(errs, lang+"/"+id) }
	for got, want := range map[string]string{
		c.Text("es", "hi", Args{"Name": "Ana"}): "Hola Ana",
		c.Text("en", "hi", Args{"Name": "Ana"}): "Hello Ana",
		c.Count("es", "days", 1):                "1 día",
		c.Count("es", "days", 3):                "3 días",
		c.Count("es", "days", 1_000_000):        "1000000 de días",
		c.Count("en", "days", 1):                "1 day",
		c.Text("es", "web_a"):                   "a",
		c.Text("xx", "only"):                    "solo",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if len(errs) != 0 {
		t.Errorf("errors %v", errs)
	}
	// What is missing is told to the operator, and something is shown all the same.
	if got := c.Text("en", "nowhere"); got != "nowhere" {
		t.Errorf("%q", got)
	}
	if got := c.Text("en", "only"); got != "solo" {
		t.Errorf("%q", got)
	}
	c.Text("es", "hi")
	if strings.Join(errs, " ") != "en/nowhere en/only es/hi" {
		t.Errorf("errors %v", errs)
	}
}

func TestMatch(t *testing.T) {
	c, err := Load(FS)
	if err != nil {
		t.Fatal(err)
	}
	for preference, want := range map[string]string{
		"es": "es", "es-419": "es", "es_MX": "es", "en-US,en;q=0.9,es;q=0.5": "en", "pt-BR,en;q=0.5": "en", "fr": "es", "": "es", "***": "es",
	} {
		if got, _ := c.Match(preference); got != want {
			t.Errorf("%q gives %s, want %s", preference, got, want)
		}
	}
}

func TestCheck(t *testing.T) {
	faults := Check(fstest.MapFS{
		"es.yaml": {Data: []byte("a: \"{{.X}}\"\nb: \"b\"\nn: {one: \"1\", other: \"n\"}\nempty: \" \"\n")},
		"en.yaml": {Data: []byte("a: \"{{.Y}}\"\nn: {one: \"1\", other: \"n\"}\nempty: \"e\"\n")},
	}, []string{"a", "b", "em", "n"})
	got := faults.Err().Error()
	for _, want := range []string{
		`locales/es.yaml:2: b is missing in en`,
		`a has the placeholders`,
		`locales/es.yaml:3: n has the plural forms [one other]; es has [many one other]`,
		`locales/es.yaml:4: empty: other is empty`,
		`empty is used nowhere`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("without %q:\n%s", want, got)
		}
	}
	if faults := Check(FS, nil); len(faults) > 0 {
		t.Errorf("the real texts: %v", faults.Err())
	}
}
