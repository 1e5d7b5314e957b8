package web

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"cobijo/locales"
)

var placeholder = regexp.MustCompile(`{{\.\w+}}`)

// The texts of the pages stand in both languages, with the same placeholders and every plural form.
func TestTexts(t *testing.T) {
	read := func(file string) map[string]any {
		data, err := fs.ReadFile(locales.FS, file)
		if err != nil {
			t.Fatal(err)
		}
		m := map[string]any{}
		if err := yaml.Unmarshal(data, &m); err != nil {
			t.Fatal(err)
		}
		return m
	}
	es, en := read("web.es.yaml"), read("web.en.yaml")
	for id, a := range es {
		b, ok := en[id]
		if !ok {
			t.Errorf("%s stands in Spanish alone", id)
			continue
		}
		if forms, ok := a.(map[string]any); ok {
			for _, form := range []string{"one", "many", "other"} {
				if forms[form] == nil {
					t.Errorf("%s lacks the form %q in Spanish", id, form)
				}
			}
			continue
		}
		if x, y := placeholder.FindAllString(a.(string), -1), placeholder.FindAllString(b.(string), -1); len(x) != len(y) {
			t.Errorf("%s: %v and %v", id, x, y)
		}
	}
	for id := range en {
		if _, ok := es[id]; !ok {
			t.Errorf("%s stands in English alone", id)
		}
	}
	// What the templates and the code name is there, and every code of the data has a name.
	for _, dir := range []string{"templates/*.html"} {
		names, err := fs.Glob(files, dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			data, err := fs.ReadFile(files, name)
			if err != nil {
				t.Fatal(err)
			}
			for _, id := range regexp.MustCompile(`web_\w+`).FindAllString(string(data), -1) {
				if es[id] == nil {
					t.Errorf("%s names %s", name, id)
				}
			}
		}
	}
	for _, c := range testBase(t).Statement.Commitments {
		ids := []string{"web_kind_" + c.Kind}
		if c.Section != "" {
			ids = append(ids, message("web_section_", c.Section))
		}
		for _, b := range c.Beneficiaries {
			ids = append(ids, message("web_for_", b))
		}
		for _, id := range ids {
			if es[id] == nil {
				t.Errorf("%s needs %s", c.ID, id)
			}
		}
	}
	for id, text := range es {
		if s, ok := text.(string); ok && regexp.MustCompile(`(?i)\b(tú|tu|tus|te|vos|puedes|tienes|escribe|envía)\b`).MatchString(s) && !strings.Contains(s, "usted escribe") {
			t.Errorf("%s does not say usted: %q", id, s)
		}
	}
}
