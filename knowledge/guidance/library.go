package guidance

import "slices"

// Country gives the country of a code, nil where there is none.
func (l *Library) Country(code string) *Country { return l.countries[code] }

// Topic gives the topic of an id, nil where there is none.
func (l *Library) Topic(id string) *Topic { return l.topics[id] }

// Entry gives the country's own entry, nil where it has none.
func (l *Library) Entry(country, topic, lang string) *Entry {
	f := l.folders[country]
	if f == nil {
		return nil
	}
	if e := f.entries[entryKey{topic, lang}]; e != nil {
		return e
	}
	// One language is better than silence; the check names the missing twin.
	for _, other := range Languages {
		if e := f.entries[entryKey{topic, other}]; e != nil {
			return e
		}
	}
	return nil
}

// Find gives the country's own entry, or the regional one where the country has none; nil where neither stands.
func (l *Library) Find(country, topic, lang string) *Entry {
	if e := l.Entry(country, topic, lang); e != nil {
		return e
	}
	return l.Entry(Regional, topic, lang)
}

// Facts gives what can be computed with for a country, nil where nothing is known.
func (l *Library) Facts(country string) *Facts {
	if f := l.folders[country]; f != nil {
		return f.facts
	}
	return nil
}

// Source gives a source that the country's entries may cite, nil where there is none.
func (l *Library) Source(country, id string) *Source {
	if f := l.folders[country]; f != nil {
		return f.sources[id]
	}
	return nil
}

// Contacts gives the country's contacts in the order of their file.
func (l *Library) Contacts(country string) []*Contact {
	if f := l.folders[country]; f != nil {
		return f.contacts
	}
	return nil
}

// Helpers gives the country's contacts that help in a danger, those that answer at once first. Against a deportation a
// lawyer helps, not the police: there the emergency number comes last.
func (l *Library) Helpers(country, danger string) []*Contact {
	var helpers []*Contact
	for _, c := range l.Contacts(country) {
		general := c.Kind == "emergency" && danger == General
		if (len(c.Phones) > 0 || c.URL != "") && (general || slices.Contains(c.Helps, danger)) {
			helpers = append(helpers, c)
		}
	}
	rank := func(c *Contact) int {
		n := 4
		switch {
		case c.Kind == "emergency" && danger == "deportation":
			n = 6
		case c.Kind == "emergency":
			n = 0
		case c.Kind == "hotline":
			n = 2
		}
		if len(c.Phones) == 0 {
			n++
		}
		return n
	}
	slices.SortStableFunc(helpers, func(a, b *Contact) int { return rank(a) - rank(b) })
	return helpers
}

// Emergency gives the text for a danger, or the general one; nil where neither stands.
func (l *Library) Emergency(danger, lang string) *Emergency {
	var general *Emergency
	for _, e := range l.Emergencies {
		if e.Lang != lang {
			continue
		}
		switch e.Danger {
		case danger:
			return e
		case General:
			general = e
		}
	}
	return general
}

// Coverage is how much of the topics a country has entries of its own for.
type Coverage struct {
	Have, Of int
	Missing  []string // topic ids in the order of the menus
	Reviewed Date     // the latest review among its entries
	Oldest   Date     // the earliest
}

// Coverage counts the country's entries in a language.
func (l *Library) Coverage(country, lang string) Coverage {
	c := Coverage{Of: len(l.Topics)}
	for _, t := range l.Topics {
		f := l.folders[country]
		var e *Entry
		if f != nil {
			e = f.entries[entryKey{t.ID, lang}]
		}
		if e == nil {
			c.Missing = append(c.Missing, t.ID)
			continue
		}
		c.Have++
		if e.Reviewed.After(c.Reviewed.Time) {
			c.Reviewed = e.Reviewed
		}
		if c.Oldest.IsZero() || e.Reviewed.Before(c.Oldest.Time) {
			c.Oldest = e.Reviewed
		}
	}
	return c
}

// Entries calls yield for each entry of a country, in the order of the menus and languages.
func (l *Library) Entries(country string, yield func(*Entry) bool) {
	f := l.folders[country]
	if f == nil {
		return
	}
	for _, t := range l.Topics {
		for _, lang := range Languages {
			if e := f.entries[entryKey{t.ID, lang}]; e != nil && !yield(e) {
				return
			}
		}
	}
}

// Reviewed gives the latest day on which any entry was compared with its sources.
func (l *Library) Reviewed() Date {
	var latest Date
	for _, f := range l.folders {
		for _, e := range f.entries {
			if e.Reviewed.After(latest.Time) {
				latest = e.Reviewed
			}
		}
	}
	return latest
}
