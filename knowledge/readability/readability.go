// Package readability measures how hard a text is to read, in Spanish and English.
package readability

import (
	"strings"
	"unicode"
)

// Measure is what the formulas are made of.
type Measure struct {
	Words, Sentences, Syllables int
	Longest                     int    // words in the longest sentence
	LongestText                 string // that sentence
}

// Of measures a text of plain words, a paragraph or item a line: the end of a line ends a sentence. Names (capitals within a
// sentence, acronyms) count two syllables at most, for a reader knows or skips them: the Gunning fog index leaves them out
// for the same reason.
func Of(text, lang string) Measure {
	var m Measure
	for line := range strings.SplitSeq(text, "\n") {
		start := 0
		words := strings.Fields(line)
		for i, w := range words {
			m.word(w, i == start, lang)
			if !endsSentence(w) && i < len(words)-1 || i+1 < len(words) && startsLower(words[i+1]) {
				continue
			}
			m.Sentences++
			if n := i + 1 - start; n > m.Longest {
				m.Longest, m.LongestText = n, strings.Join(words[start:i+1], " ")
			}
			start = i + 1
		}
	}
	return m
}

func endsSentence(w string) bool {
	w = strings.TrimRight(w, `"'”’»)]`)
	return strings.HasSuffix(w, ".") || strings.HasSuffix(w, "?") || strings.HasSuffix(w, "!") || strings.HasSuffix(w, ":")
}

func startsLower(w string) bool {
	for _, r := range w {
		return unicode.IsLower(r)
	}
	return false
}

func (m *Measure) word(w string, first bool, lang string) {
	w = strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
	if w == "" {
		return
	}
	m.Words++
	n := 0
	if strings.ContainsAny(w, "./@") { // an address is looked at, not read
		n = 1
	} else if lang == "es" {
		n = spanish(w)
	} else {
		n = english(w)
	}
	if isName(w, first) {
		n = min(n, 2)
	}
	m.Syllables += max(n, 1)
}

func isName(w string, first bool) bool {
	upper, letters := 0, 0
	for _, r := range w {
		if unicode.IsLetter(r) {
			letters++
		}
		if unicode.IsUpper(r) {
			upper++
		}
	}
	startsUpper := unicode.IsUpper([]rune(w)[0])
	return letters == 0 || upper == letters && letters > 1 || startsUpper && !first
}

// FernandezHuerta is the Spanish ease of reading, 0 to 100, higher is easier: 206.84 - 0.60 syllables per 100 words - 1.02
// words per sentence (Fernández Huerta 1959, in the corrected reading of the formula).
func (m Measure) FernandezHuerta() float64 {
	if m.Words == 0 {
		return 100
	}
	return 206.84 - 60*float64(m.Syllables)/float64(m.Words) - 1.02*float64(m.Words)/float64(m.Sentences)
}

// FleschKincaid is the English school grade that can read the text: 0.39 words per sentence + 11.8 syllables per word - 15.59
// (Kincaid et al. 1975).
func (m Measure) FleschKincaid() float64 {
	if m.Words == 0 {
		return 0
	}
	return 0.39*float64(m.Words)/float64(m.Sentences) + 11.8*float64(m.Syllables)/float64(m.Words) - 15.59
}

// spanish counts the syllables of a word: a vowel group is one, but two strong vowels, or an accented weak one beside a
// strong one, part.
func spanish(w string) int {
	n := 0
	var before rune
	rs := []rune(strings.ToLower(w))
	for i, r := range rs {
		vowel := strings.ContainsRune("aeiouáéíóúü", r) || r == 'y' && i == len(rs)-1
		if r == 'u' && i > 0 && i+1 < len(rs) && (rs[i-1] == 'q' || rs[i-1] == 'g' && strings.ContainsRune("eéií", rs[i+1])) {
			continue // que, gui: not heard
		}
		if !vowel {
			if r != 'h' {
				before = 0
			}
			continue
		}
		if before == 0 || strings.ContainsRune("aeoáéóíú", before) && strings.ContainsRune("aeoáéóíú", r) {
			n++
		}
		before = r
	}
	return n
}

// english counts the syllables of a word by vowel groups, without the silent endings.
func english(w string) int {
	w = strings.ToLower(strings.ReplaceAll(w, "’", "'"))
	n, before := 0, false
	for _, r := range w {
		vowel := strings.ContainsRune("aeiouyáéíóú", r)
		if vowel && !before {
			n++
		}
		before = vowel
	}
	switch {
	case strings.HasSuffix(w, "le") && len(w) > 2 && !strings.ContainsRune("aeiouy", rune(w[len(w)-3])):
	case strings.HasSuffix(w, "e") && !strings.HasSuffix(w, "ee") && n > 1,
		strings.HasSuffix(w, "es") && !hasAny(w, "ses", "ces", "ges", "zes", "xes", "shes", "ches", "les") && n > 1,
		strings.HasSuffix(w, "ed") && !hasAny(w, "ted", "ded") && n > 1:
		n--
	}
	return n
}

func hasAny(w string, endings ...string) bool {
	for _, e := range endings {
		if strings.HasSuffix(w, e) {
			return true
		}
	}
	return false
}
