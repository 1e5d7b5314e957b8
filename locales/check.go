package locales

import (
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"cobijo/knowledge/lint"
)

// message is a text in a language: its plural forms, or "other" alone.
type message struct {
	file  string
	line  int
	forms map[string]string
}

var placeholder = regexp.MustCompile(`\{\{[^}]*\}\}`)

// Check names what is wrong with the message files: a message that a language lacks, placeholders and plural forms that
// differ. used tells which message ids the program asks for: a whole id, or a beginning that ends in "_"; where it is nil
// that is not looked at.
func Check(fsys fs.FS, used []string) lint.Faults {
	var faults lint.Faults
	byLang := map[string]map[string]message{}
	files, _ := fs.Glob(fsys, "*.yaml")
	for _, file := range files {
		parts := strings.Split(strings.TrimSuffix(file, ".yaml"), ".")
		lang := parts[len(parts)-1]
		if byLang[lang] == nil {
			byLang[lang] = map[string]message{}
		}
		readMessages(fsys, file, byLang[lang], &faults)
	}
	langs := slices.Sorted(maps.Keys(byLang))
	ids := map[string]message{}
	for _, lang := range langs {
		for id, m := range byLang[lang] {
			ids[id] = m
			checkForms(lang, id, m, &faults)
		}
	}
	for id, m := range ids {
		for _, lang := range langs {
			other, ok := byLang[lang][id]
			if !ok {
				faults.Add("locales/"+m.file, m.line, "%s is missing in %s", id, lang)
				continue
			}
			if a, b := placeholders(m), placeholders(other); a != b {
				faults.Add("locales/"+other.file, other.line, "%s has the placeholders %s, in %s %s", id, b, m.file, a)
			}
		}
		if used != nil && !slices.ContainsFunc(used, func(u string) bool {
			return u == id || strings.HasSuffix(u, "_") && strings.HasPrefix(id, u)
		}) {
			faults.Add("locales/"+m.file, m.line, "%s is used nowhere", id)
		}
	}
	faults.Sort()
	return faults
}

func readMessages(fsys fs.FS, file string, into map[string]message, faults *lint.Faults) {
	var doc yaml.Node
	if !lint.YAML(fsys, file, &doc, faults) || len(doc.Content) == 0 {
		return
	}
	pairs := doc.Content[0].Content
	for i := 0; i+1 < len(pairs); i += 2 {
		id := pairs[i].Value
		m := message{file: file, line: pairs[i].Line, forms: map[string]string{}}
		if _, doubled := into[id]; doubled {
			faults.Add("locales/"+file, m.line, "%s stands twice", id)
		}
		if pairs[i+1].Kind == yaml.ScalarNode {
			m.forms["other"] = pairs[i+1].Value
		} else if err := pairs[i+1].Decode(&m.forms); err != nil {
			faults.Add("locales/"+file, m.line, "%s: %v", id, err)
		}
		into[id] = m
	}
}

// checkForms compares the plural forms with those that the language has.
func checkForms(lang, id string, m message, faults *lint.Faults) {
	for form, text := range m.forms {
		if strings.TrimSpace(text) == "" {
			faults.Add("locales/"+m.file, m.line, "%s: %s is empty", id, form)
		}
	}
	if len(m.forms) == 1 {
		if _, ok := m.forms["other"]; !ok {
			faults.Add("locales/"+m.file, m.line, "%s has no form \"other\"", id)
		}
		return
	}
	want := forms(lang)
	if got := slices.Sorted(maps.Keys(m.forms)); !slices.Equal(got, want) {
		faults.Add("locales/"+m.file, m.line, "%s has the plural forms %v; %s has %v", id, got, lang, want)
	}
}

// forms gives the plural forms of a language, sorted (CLDR 48, Language Plural Rules, as go-i18n applies them; the tables of
// golang.org/x/text are older and lack the form for millions).
func forms(lang string) []string {
	switch lang {
	case "es", "pt", "fr", "it", "ca":
		return []string{"many", "one", "other"}
	case "ht", "id", "ja", "ko", "th", "vi", "zh":
		return []string{"other"}
	}
	return []string{"one", "other"}
}

// placeholders lists those of all forms, sorted, each once.
func placeholders(m message) string {
	found := map[string]bool{}
	for _, text := range m.forms {
		for _, p := range placeholder.FindAllString(text, -1) {
			found[strings.Join(strings.Fields(p), " ")] = true
		}
	}
	return fmt.Sprint(slices.Sorted(maps.Keys(found)))
}
