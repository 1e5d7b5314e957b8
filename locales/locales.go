// Package locales holds the texts of the user interface, one file a language, and finds them.
package locales

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
)

// FS is the message files that the binary carries.
//
//go:embed *.yaml
var FS embed.FS

// Catalog gives the texts of the user interface. It is read once and safe for concurrent use.
type Catalog struct {
	// OnError is told of a text that could not be made whole: a missing message or value. The text is shown all the same.
	OnError func(lang, id string, err error)

	langs      []string // the fallback first
	localizers map[string]*i18n.Localizer
	fixed      map[string]map[string]string // by language and id: the texts that are always the same
	matcher    language.Matcher
	parser     *parser
}

// Load reads the message files of fsys; the fallback language is Spanish.
func Load(fsys fs.FS) (*Catalog, error) {
	bundle := i18n.NewBundle(language.Spanish)
	bundle.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	files, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list locales: %w", err)
	}
	c := &Catalog{
		localizers: map[string]*i18n.Localizer{},
		fixed:      map[string]map[string]string{},
		parser:     newParser(),
	}
	for _, file := range files {
		read, err := bundle.LoadMessageFileFS(fsys, file)
		if err != nil {
			return nil, fmt.Errorf("load locale %s: %w", file, err)
		}
		c.fix(read)
	}
	tags := bundle.LanguageTags() // the fallback first
	for _, t := range tags {
		c.langs = append(c.langs, t.String())
		c.localizers[t.String()] = i18n.NewLocalizer(bundle, t.String())
	}
	c.matcher = language.NewMatcher(tags)
	return c, nil
}

// fix keeps the texts that have neither values nor plural forms: most of what is said.
func (c *Catalog) fix(file *i18n.MessageFile) {
	lang := file.Tag.String()
	if c.fixed[lang] == nil {
		c.fixed[lang] = map[string]string{}
	}
	for _, m := range file.Messages {
		delete(c.fixed[lang], m.ID) // of two files that have a message the later holds
		if forms := m.Zero + m.One + m.Two + m.Few + m.Many; forms == "" && m.LeftDelim == "" && !strings.Contains(m.Other, "{{") {
			c.fixed[lang][m.ID] = m.Other
		}
	}
}

// Langs gives the languages that there are texts in, the fallback first.
func (c *Catalog) Langs() []string { return c.langs }

// Match gives the language that fits a preference best (a BCP 47 tag or an Accept-Language header), and whether it fits at all.
func (c *Catalog) Match(preference string) (string, bool) {
	tags, _, err := language.ParseAcceptLanguage(strings.ReplaceAll(preference, "_", "-"))
	if err != nil || len(tags) == 0 {
		return c.langs[0], false
	}
	_, i, confidence := c.matcher.Match(tags...)
	return c.langs[i], confidence >= language.Low
}

// Args are the values of a message's placeholders.
type Args map[string]any

// Text gives a message in a language.
func (c *Catalog) Text(lang, id string, args ...Args) string {
	if text := c.fixed[lang][id]; text != "" {
		return text
	}
	return c.localize(lang, &i18n.LocalizeConfig{MessageID: id, TemplateData: one(args)})
}

// Count gives a message in the plural form that n asks for; {{.N}} is the number.
func (c *Catalog) Count(lang, id string, n int, args ...Args) string {
	data := Args{"N": n}
	maps.Copy(data, one(args))
	return c.localize(lang, &i18n.LocalizeConfig{MessageID: id, PluralCount: n, TemplateData: data})
}

func one(args []Args) Args {
	if len(args) == 0 {
		return nil
	}
	return args[0]
}

func (c *Catalog) localize(lang string, config *i18n.LocalizeConfig) string {
	l := c.localizers[lang]
	if l == nil {
		l = c.localizers[c.langs[0]]
	}
	config.TemplateParser = c.parser
	text, err := l.Localize(config)
	if err != nil && c.OnError != nil {
		c.OnError(lang, config.MessageID, err)
	}
	if text == "" {
		return config.MessageID // ugly, but not silent
	}
	return text
}
