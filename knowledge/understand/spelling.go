package understand

import "math"

// speller knows the words of the examples, how often each stands there in each language, and by their sounds and skeletons
// which of them a misspelt word may be. It is made once, and safe for concurrent use.
type speller struct {
	counts  map[string]wordCount
	bySound map[string][]string // usual words by sound
	bySkel  map[string][]string // usual words by skeleton
}

// wordCount is in how many examples a word stands: in all, and in those of a language that are written well.
type wordCount struct{ all, spanish, english uint16 }

// in gives how usual the word is in a language; in all where the language is not known.
func (c wordCount) in(lang string) int {
	switch lang {
	case "en":
		return int(c.english)
	case "es":
		return int(c.spanish)
	}
	return int(c.english) + int(c.spanish)
}

const (
	rareWord   = 3  // a word that stands in fewer examples may be a misspelling
	usualWord  = 10 // only a word of at least as many may be what was meant
	overRare   = 10 // and only if it is as many times as usual
	overHeard  = 30 // and this for one that is not so rare, but sounds the same
	tellWords  = 40 // so many words are enough to tell the language by
	tellsApart = 4  // a word tells the language where it is as many times as usual in it
)

// newSpeller makes a speller from words and their counts.
func newSpeller(words []string, counts []wordCount) *speller {
	s := &speller{counts: make(map[string]wordCount, len(words)), bySound: map[string][]string{}, bySkel: map[string][]string{}}
	var buf [maxSkeleton]byte
	for i, w := range words {
		s.counts[w] = counts[i]
		if counts[i].in("") < usualWord {
			continue
		}
		k := sound(w)
		s.bySound[k] = append(s.bySound[k], w)
		if len(w) < 4 {
			continue
		}
		if k := skeleton(buf[:], w); len(k) >= 2 {
			s.bySkel[string(k)] = append(s.bySkel[string(k)], w)
		}
	}
	return s
}

// known tells whether a word stands in the examples, and so is perhaps no misspelling.
func (s *speller) known(w string) bool { return s.counts[w].all > 0 }

// common tells whether a word stands in more than a few examples, and so is no misspelling.
func (s *speller) common(w string) bool { return s.counts[w].all >= rareWord }

// language tells which language most of the words are usual in, "" where none.
func (s *speller) language(words []string) string {
	score := 0
	for _, w := range words[:min(len(words), tellWords)] {
		c := s.counts[w]
		en, es := int(c.english), int(c.spanish)
		switch {
		case en > tellsApart*es:
			score++
		case es > tellsApart*en:
			score--
		}
	}
	switch {
	case score > 0:
		return "en"
	case score < 0:
		return "es"
	}
	return ""
}

// correct gives the usual word of a language that a rare one was most likely meant to be, the word itself where there is none.
// The language "" stands for all.
func (s *speller) correct(w, lang string) string {
	have := s.counts[w].in("")
	if len(w) < 2 || len(w) > 20 || w[0] < 'a' || w[0] > 'z' {
		return w
	}
	if have >= usualWord || have >= rareWord && lang != "es" {
		return w
	}
	best, most := w, usualWord-1
	if have >= rareWord {
		most = overHeard * have
	}
	for _, c := range s.bySound[sound(w)] {
		if n := s.counts[c].in(lang); n > most {
			best, most = c, n
		}
	}
	if best != w || have >= rareWord || len(w) < 3 {
		return best
	}
	var buf [maxSkeleton]byte
	k := skeleton(buf[:], w)
	if len(k) < 2 {
		return w
	}
	least := math.Inf(1)
	for _, c := range s.bySkel[string(k)] {
		n := s.counts[c].in(lang)
		if n < overRare*have || n < rareWord {
			continue
		}
		d := heardDistance(w, c)
		if d > spellLimit*float64(len(w)) {
			continue
		}
		if d -= spellUsual * math.Log2(float64(n)); d < least {
			best, least = c, d
		}
	}
	if best == w {
		best = s.apart(w, lang)
	}
	return best
}

// little are words that are written together with the next.
var little = [...]string{"a", "al", "de", "en", "la", "le", "lo", "me", "mi", "no", "nos", "se", "te", "ya", "i", "in", "my", "the", "to"}

// apart gives the word that a little one was written together with ("measeguro"); w where there is none.
func (s *speller) apart(w, lang string) string {
	for _, p := range little {
		if len(w) < len(p)+4 || w[:len(p)] != p {
			continue
		}
		rest := w[len(p):]
		for range 2 {
			if s.counts[rest].in(lang) >= usualWord {
				return rest
			}
			heard := sound(rest)
			for _, c := range s.bySound[heard] {
				if s.counts[c].in(lang) >= usualWord {
					return c
				}
			}
			if !isVowel(p[len(p)-1]) || isVowel(rest[0]) {
				break
			}
			rest = w[len(p)-1:] // "mescriben" is "me escriben"
		}
	}
	return w
}

// meant gives words as they were meant: each corrected.
func (s *speller) meant(words []string) []string {
	out := make([]string, len(words))
	lang := s.language(words)
	for i, w := range words {
		out[i] = s.spelt(w, lang)
	}
	return out
}

const (
	spellLimit = 0.34 // how far off a word may be, for each of its letters
	spellUsual = 0.1  // how much nearer a word seems each time that it is twice as usual
)

// heardDistance is how far two words are from each other for somebody who spells by ear: letters left out, added or changed,
// those that sound alike at a part of the price.
func heardDistance(a, b string) float64 {
	const most = 24
	if len(a) > most || len(b) > most {
		return math.Inf(1)
	}
	var rows [2][most + 1]float64
	before, now := &rows[0], &rows[1]
	for j := range len(b) {
		before[j+1] = before[j] + loseCost(b, j)
	}
	for i := range len(a) {
		now[0] = before[0] + loseCost(a, i)
		for j := range len(b) {
			d := before[j] + changeCost(a[i], b[j])
			d = min(d, before[j+1]+loseCost(a, i), now[j]+loseCost(b, j))
			now[j+1] = d
		}
		before, now = now, before
	}
	return before[len(b)]
}

// loseCost is the price of a letter that one of the words has and the other has not.
func loseCost(w string, i int) float64 {
	c := w[i]
	switch {
	case c == 'h':
		return 0.2
	case i > 0 && w[i-1] == c:
		return 0.1
	case i == len(w)-1 && (c == 's' || c == 'd' || c == 'r' || c == 'e' || c == 't'):
		return 0.4
	case isVowel(c) || c == 'y' || c == 'w':
		return 0.5
	}
	return 0.8
}

// alike are groups of letters that are taken for each other by ear.
var alike = [...]string{"bv", "sczx", "kqc", "yijl", "dt", "mn", "gj", "uw", "fp"}

func changeCost(a, b byte) float64 {
	switch {
	case a == b:
		return 0
	case isVowel(a) && isVowel(b):
		return 0.5
	}
	for _, g := range alike {
		if hasByte(g, a) && hasByte(g, b) {
			return 0.25
		}
	}
	return 1
}

func hasByte(s string, c byte) bool {
	for i := range len(s) {
		if s[i] == c {
			return true
		}
	}
	return false
}
