package main

import (
	"fmt"
	"io/fs"
	"os"
	"strings"

	"cobijo/knowledge/guidance"
	"cobijo/locales"
	"cobijo/seeds"
)

// contentFlag lets editors see their files without building the program anew.
type contentFlag struct {
	Seeds string `help:"Folder with the content; without it, what the program carries." placeholder:"DIR" type:"existingdir"`
}

func (c contentFlag) fs() fs.FS {
	if c.Seeds == "" {
		return seeds.FS
	}
	return os.DirFS(c.Seeds)
}

// guidance reads the entries and the texts of the interface.
func (c contentFlag) guidance() (*guidance.Library, *locales.Catalog, error) {
	library, faults := guidance.Load(c.fs())
	if err := faults.Err(); err != nil {
		return nil, nil, fmt.Errorf("load guidance: %w", err)
	}
	texts, err := locales.Load(locales.FS)
	return library, texts, err
}

// ownEntry finds a country's own entry in a language, or says what there is in its place. What holds everywhere is never passed
// off as a country's own.
func ownEntry(l *guidance.Library, country, topic, lang string) (*guidance.Entry, error) {
	c, t := l.Country(country), l.Topic(topic)
	if c == nil {
		var codes []string
		for _, known := range l.Countries {
			codes = append(codes, known.Code)
		}
		return nil, usageError{fmt.Errorf("there is no country %q; there are %s", country, strings.Join(codes, ", "))}
	}
	if t == nil {
		var ids []string
		for _, known := range l.Topics {
			ids = append(ids, known.ID)
		}
		return nil, usageError{fmt.Errorf("there is no topic %q; there are %s", topic, strings.Join(ids, ", "))}
	}
	e := l.Entry(country, topic, lang)
	switch {
	case e == nil:
		return nil, fmt.Errorf("%s has no entry of its own on %s; `regional` may have one that holds in every country", c.Name.In("en"), topic)
	case e.Lang != lang:
		return nil, fmt.Errorf("%s does not stand in %q", e.ID(), lang)
	}
	return e, nil
}
