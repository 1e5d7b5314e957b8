package understand

import (
	"io/fs"
	"slices"
	"strings"

	"cobijo/knowledge/lint"
)

const wordsFile = "words.yaml"

// concepts tell which words mean much the same. Words are known by their sound, so that a misspelt one is found too.
type concepts struct {
	words  map[string][]string // by whole word
	starts map[string][]string // by beginning
}

func loadConcepts(fsys fs.FS, faults *lint.Faults) *concepts {
	c := &concepts{words: map[string][]string{}, starts: map[string][]string{}}
	var groups map[string][]string
	lint.YAML(fsys, wordsFile, &groups, faults)
	names := make([]string, 0, len(groups))
	for name := range groups {
		names = append(names, name)
	}
	slices.Sort(names) // a map has no order, and the models must come out the same
	for _, name := range names {
		for _, w := range groups[name] {
			into := c.words
			w, isStart := strings.CutSuffix(w, "*")
			if isStart {
				into = c.starts
			}
			if w = sound(fold(w)); w != "" && !slices.Contains(into[w], name) {
				into[w] = append(into[w], name)
			}
		}
	}
	return c
}

// Concepts that few speak of but those whom this assistant is for.
var domain = []string{"proof", "interview", "officer", "discriminate", "accepted", "apply", "asylum", "lawyer", "gang", "detained", "permit", "coyote", "shelter", "trafficking", "lgbt", "displaced", "otherstatus", "thirdcountry", "document", "refusal", "border", "return", "gbv", "danger"}

// domain tells whether any of the words stands for such a concept.
func (c *concepts) domain(words []string) bool {
	var cs []string
	for _, w := range words {
		for _, name := range c.of(sound(w), cs[:0]) {
			if slices.Contains(domain, name) {
				return true
			}
		}
	}
	return false
}

// of adds to cs the concepts of a word, given as it sounds.
func (c *concepts) of(word string, cs []string) []string {
	cs = append(cs, c.words[word]...)
	for n := 2; n <= min(len(word), 12); n++ {
		cs = append(cs, c.starts[word[:n]]...)
	}
	return cs
}
