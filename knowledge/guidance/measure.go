package guidance

import (
	"cobijo/knowledge/markdown"
	"cobijo/knowledge/readability"
)

// Figure is one measure of an entry beside the bar that it must reach.
type Figure struct {
	Name    string
	Value   float64
	Bar     float64
	AtLeast bool // the bar is the least, not the most
}

// OK tells whether the bar is reached.
func (f Figure) OK() bool {
	if f.AtLeast {
		return f.Value >= f.Bar
	}
	return f.Value <= f.Bar
}

// Figures measures the entry's lengths and how easily it reads, by the bars of the check.
func (e *Entry) Figures() []Figure {
	body, _ := markdown.Parse(e.Body) // what entries do not have is the check's to name
	more, _ := markdown.Parse(e.More)
	plain := body.Plain() + "\n" + more.Plain()
	m := readability.Of(plain, e.Lang)
	fs := []Figure{
		{Name: "words in the one-line answer", Value: float64(words(e.Lead)), Bar: leadWords},
		{Name: "words before \"more\"", Value: float64(words(e.Body)), Bar: bodyWords},
		{Name: "characters before \"more\"", Value: float64(len([]rune(body.Plain()))), Bar: bodyRunes},
		{Name: "words in all", Value: float64(words(e.Body) + words(e.More)), Bar: entryWords},
		{Name: "words in the longest sentence", Value: float64(m.Longest), Bar: sentenceWords},
	}
	if e.Lang == "es" {
		return append(fs, Figure{Name: "ease of reading (Fernández Huerta)", Value: m.FernandezHuerta(), Bar: fernandezHuerta, AtLeast: true})
	}
	return append(fs, Figure{Name: "school grade (Flesch-Kincaid)", Value: m.FleschKincaid(), Bar: fleschKincaid})
}
