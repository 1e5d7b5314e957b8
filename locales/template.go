package locales

import (
	"regexp"
	"strconv"
	"strings"

	i18n "github.com/nicksnyder/go-i18n/v2/i18n/template"
)

// parser reads messages. Nearly all of them are text with a few values in it, which takes no template to put together; the others
// are text/template's. A value that is missing is an error.
type parser struct{ other i18n.TextParser }

func newParser() *parser { return &parser{i18n.TextParser{Option: "missingkey=error"}} }

// Cacheable says that what was parsed may be kept.
func (p *parser) Cacheable() bool { return true }

var value = regexp.MustCompile(`\{\{\s*\.(\w+)\s*\}\}`)

// Parse reads a message.
func (p *parser) Parse(src, left, right string) (i18n.ParsedTemplate, error) {
	all, err := p.other.Parse(src, left, right)
	if err != nil || left != "" || right != "" {
		return all, err //nolint:wrapcheck // go-i18n wraps it
	}
	f := filled{all: all}
	rest := 0
	for _, at := range value.FindAllStringSubmatchIndex(src, -1) {
		f.parts = append(f.parts, part{before: src[rest:at[0]], value: src[at[2]:at[3]]})
		rest = at[1]
	}
	if f.end = src[rest:]; strings.Contains(value.ReplaceAllString(src, ""), "{{") {
		return all, nil // it has conditions, or trims the space around it
	}
	return &f, nil
}

// filled is a text with values in it.
type filled struct {
	parts []part
	end   string
	all   i18n.ParsedTemplate // the same as text/template has it
}

type part struct{ before, value string }

// Execute fills the values in. What it does not know how to write, or does not find, it leaves to text/template.
func (f *filled) Execute(data any) (string, error) {
	args, _ := data.(Args)
	var b strings.Builder
	for _, p := range f.parts {
		b.WriteString(p.before)
		switch v := args[p.value].(type) {
		case string:
			b.WriteString(v)
		case int:
			b.WriteString(strconv.Itoa(v))
		default:
			return f.all.Execute(data) //nolint:wrapcheck // go-i18n wraps it
		}
	}
	b.WriteString(f.end)
	return b.String(), nil
}
