package guidance

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"

	"cobijo/knowledge/lint"
	"cobijo/knowledge/markdown"
)

// Library is all guidance, read once and then only read.
type Library struct {
	Countries   []Country // in the order of countries.yaml, the fallback last
	Groups      []Group
	Topics      []Topic // in the order of the menus
	Rumours     []*Rumour
	Emergencies []*Emergency

	countries map[string]*Country
	topics    map[string]*Topic
	folders   map[string]*folder
}

// folder is one country's guidance.
type folder struct {
	sources     map[string]*Source
	contacts    []*Contact
	contactByID map[string]*Contact
	facts       *Facts
	entries     map[entryKey]*Entry
}

type entryKey struct{ topic, lang string }

// General is the emergency text for when the kind of danger is not clear.
const General = "general"

// Dangers are the kinds of danger that a message can tell of.
var Dangers = []string{"violence", "gender-violence", "self-harm", "kidnapping", "trafficking", "deportation", "child-alone", "medical"}

// Load reads the guidance below fsys. Faults are what made a file or a part of it unusable; the rest is there all the same.
func Load(fsys fs.FS) (*Library, lint.Faults) {
	l := &Library{
		countries: map[string]*Country{}, topics: map[string]*Topic{},
		folders: map[string]*folder{},
	}
	var faults lint.Faults
	l.loadCountries(fsys, &faults)
	l.loadTopics(fsys, &faults)

	// A country's files depend on no other country's, but for the regional sources: those come first.
	regional, more := l.loadFolder(fsys, Regional, nil)
	faults = append(faults, more...)
	l.folders[Regional] = regional
	var wg sync.WaitGroup
	var mu sync.Mutex
	for _, c := range l.Countries {
		if c.Code == Regional {
			continue
		}
		wg.Go(func() {
			f, more := l.loadFolder(fsys, c.Code, regional)
			mu.Lock()
			defer mu.Unlock()
			l.folders[c.Code] = f
			faults = append(faults, more...)
		})
	}
	wg.Wait()
	l.unknownFolders(fsys, &faults)
	l.loadRumours(fsys, &faults)
	l.loadEmergencies(fsys, &faults)
	faults.Sort()
	return l, faults
}

func (l *Library) loadCountries(fsys fs.FS, faults *lint.Faults) {
	const file = "countries.yaml"
	var node yaml.Node // a map whose order matters
	if !lint.YAML(fsys, file, &node, faults) || len(node.Content) == 0 {
		return
	}
	byCode := map[string]Country{}
	if !lint.YAML(fsys, file, &byCode, faults) {
		return
	}
	for i := 0; i+1 < len(node.Content[0].Content); i += 2 {
		c := byCode[node.Content[0].Content[i].Value]
		c.Code = node.Content[0].Content[i].Value
		if clock, err := time.LoadLocation(c.Zone); err == nil && c.Zone != "" {
			c.clock = clock
		} else {
			faults.Add(file, node.Content[0].Content[i].Line, "%s: zone %q is no time zone", c.Code, c.Zone)
		}
		l.Countries = append(l.Countries, c)
	}
	for i := range l.Countries {
		l.countries[l.Countries[i].Code] = &l.Countries[i]
	}
}

func (l *Library) loadTopics(fsys fs.FS, faults *lint.Faults) {
	var file struct {
		Groups []Group
		Topics []Topic
	}
	lint.YAML(fsys, "topics.yaml", &file, faults)
	l.Groups, l.Topics = file.Groups, file.Topics
	for i := range l.Topics {
		l.topics[l.Topics[i].ID] = &l.Topics[i]
	}
}

func (l *Library) unknownFolders(fsys fs.FS, faults *lint.Faults) {
	dirs, _ := fs.ReadDir(fsys, "guidance")
	for _, d := range dirs {
		if d.IsDir() && l.countries[d.Name()] == nil {
			faults.Add("guidance/"+d.Name(), 0, "no country of this code stands in countries.yaml")
		}
	}
}

func (l *Library) loadFolder(fsys fs.FS, code string, regional *folder) (*folder, lint.Faults) {
	var faults lint.Faults
	f := &folder{sources: map[string]*Source{}, contactByID: map[string]*Contact{}, entries: map[entryKey]*Entry{}}
	dir := path.Join("guidance", code)
	files, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return f, faults // a country may have no guidance yet
	}
	if regional != nil {
		maps.Copy(f.sources, regional.sources)
	}
	var sources []*Source
	lint.YAML(fsys, path.Join(dir, "sources.yaml"), &sources, &faults)
	for _, s := range lint.Present(fsys, path.Join(dir, "sources.yaml"), sources, &faults) {
		f.sources[s.ID] = s
	}
	for _, d := range files {
		file := path.Join(dir, d.Name())
		switch {
		case d.Name() == "contacts.yaml":
			f.loadContacts(fsys, file, code, &faults)
		case d.Name() == "country.yaml":
			f.facts = &Facts{}
			lint.YAML(fsys, file, f.facts, &faults)
		}
	}
	for _, d := range files {
		name, isEntry := strings.CutSuffix(d.Name(), ".md")
		if !isEntry {
			continue
		}
		file := path.Join(dir, d.Name())
		topic, lang, _ := strings.Cut(name, ".")
		switch {
		case l.topics[topic] == nil:
			faults.Add(file, 0, "no topic %q stands in topics.yaml", topic)
		case !slices.Contains(Languages, lang):
			faults.Add(file, 0, "%q is no language of this project; files are named topic.language.md", lang)
		default:
			if e := f.loadEntry(fsys, file, code, topic, lang, &faults); e != nil {
				f.entries[entryKey{topic, lang}] = e
			}
		}
	}
	return f, faults
}

func (f *folder) loadContacts(fsys fs.FS, file, code string, faults *lint.Faults) {
	lint.YAML(fsys, file, &f.contacts, faults)
	f.contacts = lint.Present(fsys, file, f.contacts, faults)
	for _, c := range f.contacts {
		c.Country = code
		for _, id := range c.SourceIDs {
			s := f.sources[id]
			if s == nil {
				faults.Add(file, lineIn(fsys, file, "id: "+c.ID), "contact %s: no source %q stands in sources.yaml", c.ID, id)
				continue
			}
			c.Sources = append(c.Sources, s)
		}
		f.contactByID[c.ID] = c
	}
}

// lineIn finds where a text stands in a file, for the fault's line number.
func lineIn(fsys fs.FS, file, text string) int {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return 0
	}
	return lint.LineOf(data, text)
}

// front is what stands before an entry's text.
type front struct {
	Reviewed   Date
	Confidence Confidence
	Volatile   bool
	Sources    []string
	Contacts   []string
	Related    []string
}

func (f *folder) loadEntry(fsys fs.FS, file, code, topic, lang string, faults *lint.Faults) *Entry {
	head, body, line, ok := readFront(fsys, file, faults)
	if !ok {
		return nil
	}
	var fr front
	if !lint.YAMLBytes(head, file, 1, &fr, faults) {
		return nil
	}
	e := &Entry{
		Country: code, Topic: topic, Lang: lang, Reviewed: fr.Reviewed, Confidence: fr.Confidence,
		Volatile: fr.Volatile, Related: fr.Related, file: file, bodyLine: line,
	}
	for _, id := range fr.Sources {
		if s := f.sources[id]; s != nil {
			e.Sources = append(e.Sources, s)
		} else {
			faults.Add(file, 1+lint.LineOf(head, id), "no source %q stands in sources.yaml", id)
		}
	}
	for _, id := range fr.Contacts {
		if c := f.contactByID[id]; c != nil {
			e.Contacts = append(e.Contacts, c)
		} else {
			faults.Add(file, 1+lint.LineOf(head, id), "no contact %q stands in contacts.yaml", id)
		}
	}
	e.Body, e.More, _ = strings.Cut(string(body), "\n***\n")
	e.Lead, _, _ = strings.Cut(strings.TrimSpace(e.Body), "\n\n")
	e.moreLine = line + strings.Count(e.Body, "\n") + 2 + leadingLines(e.More)
	e.bodyLine += leadingLines(e.Body)
	e.Body, e.More = strings.TrimSpace(e.Body), strings.TrimSpace(e.More)
	return e
}

// leadingLines counts the empty lines that a text begins with.
func leadingLines(s string) int {
	return strings.Count(s[:len(s)-len(strings.TrimLeft(s, "\n\t "))], "\n")
}

// parse reads Markdown; what entries do not have is a fault of the file, whose line is where the text begins.
func parse(text, file string, line int, faults *lint.Faults) markdown.Document {
	doc, err := markdown.Parse(text)
	if err == nil {
		return doc
	}
	joined, _ := err.(interface{ Unwrap() []error })
	for _, err := range joined.Unwrap() {
		if u := (*markdown.Unsupported)(nil); errors.As(err, &u) {
			faults.Add(file, line+u.Line-1, "%s is not used in entries", u.What)
		}
	}
	return doc
}

// readFront reads a file of front matter between two lines of `---`, and the text after them with the line it begins on.
func readFront(fsys fs.FS, file string, faults *lint.Faults) (head, body []byte, line int, ok bool) {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		faults.Add(file, 0, "cannot be read: %v", err)
		return nil, nil, 0, false
	}
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	rest, found := bytes.CutPrefix(data, []byte("---\n"))
	head, body, closed := bytes.Cut(rest, []byte("\n---\n"))
	if !found || !closed {
		faults.Add(file, 1, "begins with a line of three dashes, the front matter, and again three dashes")
		return nil, nil, 0, false
	}
	return head, body, bytes.Count(head, []byte("\n")) + 4, true
}

func (l *Library) loadRumours(fsys fs.FS, faults *lint.Faults) {
	files, _ := fs.Glob(fsys, "rumours/*.yaml")
	for _, file := range files {
		r := &Rumour{file: file}
		if !lint.YAML(fsys, file, r, faults) {
			continue
		}
		if l.countries[r.Country] == nil {
			faults.Add(file, lineIn(fsys, file, "country:"), "no country %q stands in countries.yaml", r.Country)
			continue
		}
		if l.topics[r.Topic] == nil {
			faults.Add(file, lineIn(fsys, file, "topic:"), "no topic %q stands in topics.yaml", r.Topic)
			continue
		}
		l.Rumours = append(l.Rumours, r)
	}
}

func (l *Library) loadEmergencies(fsys fs.FS, faults *lint.Faults) {
	files, _ := fs.Glob(fsys, "emergency/*.md")
	for _, file := range files {
		danger, lang, _ := strings.Cut(strings.TrimSuffix(path.Base(file), ".md"), ".")
		if danger != General && !slices.Contains(Dangers, danger) || !slices.Contains(Languages, lang) {
			faults.Add(file, 0, "no danger or language of this name; files are named danger.language.md")
			continue
		}
		head, body, line, ok := readFront(fsys, file, faults)
		if !ok {
			continue
		}
		e := &Emergency{Danger: danger, Lang: lang, Body: strings.TrimSpace(string(body)), file: file, bodyLine: line}
		var fr struct {
			Reviewed Date
			Sources  []string
		}
		if !lint.YAMLBytes(head, file, 1, &fr, faults) {
			continue
		}
		e.Reviewed, e.Sources = fr.Reviewed, fr.Sources
		l.Emergencies = append(l.Emergencies, e)
	}
}
