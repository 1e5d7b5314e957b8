package understand

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// People write as they hear, on small keys, in a second language. The models learn from each example also as such hands might
// have written it, in each round another, so that they know more than the spellings that the examples' authors thought of.

// Ways of spelling that fall together by ear, from and to.
var (
	spanishEar = []string{
		"v", "b", "b", "v", "ce", "se", "ci", "si", "z", "s", "ll", "y", "y", "ll", "que", "ke", "qui", "ki", "gui", "gi", "ge", "je", "gi", "ji",
		"cu", "ku", "ca", "ka", "co", "ko", "mb", "nb", "mp", "np", "x", "s", "cc", "s", "sc", "s", "hu", "u", "ha", "a", "he", "e", "hi", "i", "ho", "o",
		"ado", "ao", "ada", "a", "ie", "e", "cion", "sion", "nd", "n", "ct", "t", "pt", "t", "rr", "r", "y", "i",
	}
	englishEar = []string{
		"th", "d", "th", "t", "wh", "w", "ph", "f", "ck", "k", "gh", "", "ing", "in", "ea", "e", "ee", "i", "ou", "u", "oo", "u", "tion", "shun", "tion", "cion",
		"kn", "n", "wr", "r", "ay", "ey", "igh", "i", "que", "k", "qu", "kw", "cl", "kl", "cr", "kr", "ch", "sh", "sc", "s", "ss", "s", "tt", "t", "ll", "l",
		"pp", "p", "nn", "n", "mm", "m", "ce", "se", "y", "i", "ould", "ud", "ight", "ite", "nt", "n", "ed", "", "er", "a", "ai", "e", "x", "ks", "j", "y",
	}
	shortHand = map[string]string{
		"que": "q", "por": "x", "porque": "xq", "para": "pa", "hay": "ai", "ahi": "ai", "estoy": "toy", "esta": "ta", "y": "i", "muy": "mui", "hoy": "oi",
		"you": "u", "are": "r", "for": "4", "to": "2", "the": "de", "they": "dey", "them": "dem", "there": "der", "that": "dat", "this": "dis", "with": "wit",
		"and": "an", "what": "wat", "where": "wer", "when": "wen", "because": "bc", "please": "pls", "people": "peple", "lawyer": "loyer", "how": "ow",
		"school": "scool", "job": "yob", "husband": "husban", "can": "kan", "know": "no", "right": "rite", "my": "mai",
	}
)

// Little words, as English and Spanish have them, that are written together with the next or left out.
var (
	joined  = []string{"a", "de", "me", "se", "lo", "la", "le", "no", "te", "nos", "al", "en", "mi", "to", "i", "in", "my", "the"}
	leftOut = []string{"a", "an", "the", "is", "are", "am", "do", "does", "did", "to", "it", "of", "el", "la", "los", "las", "un", "una", "de", "se", "me", "ha", "he", "have", "has", "will", "been", "was"}
)

// otherEar is one in how many people spell as those of the other language do.
const otherEar = 5

// hand is somebody who writes by ear, in habits of their own: the same sound is always spelt the same way.
type hand struct {
	share  float64 // of the words that they misspell
	spells *strings.Replacer
	short  float64 // chance of a shorthand, where a word has one
	ends   float64 // chance that an ending is not written
	slips  float64 // chance of a slip of the finger
	vowels float64 // chance that a vowel is taken for another
	joins  float64 // chance that a little word is written together with the next
	drops  float64 // chance that a little word is left out
	rng    *rand.Rand
}

// newHand makes somebody up who writes a language and misspells a share of the words.
func newHand(lang string, share float64, rng *rand.Rand) *hand {
	h := &hand{share: share, rng: rng}
	table := spanishEar
	if (lang == "en") != (rng.IntN(otherEar) == 0) { // those who mix languages spell one as they spell the other
		table = englishEar
	}
	habit := 0.3 + 0.5*rng.Float64()
	var pairs, from []string
	for _, i := range rng.Perm(len(table) / 2) { // of two habits that undo each other the first holds
		if rng.Float64() < habit && !slices.Contains(from, table[2*i+1]) {
			pairs, from = append(pairs, table[2*i], table[2*i+1]), append(from, table[2*i])
		}
	}
	h.spells = strings.NewReplacer(pairs...)
	h.short, h.ends = rng.Float64(), 0.6*rng.Float64()
	h.slips, h.vowels = 0.15*rng.Float64(), 0.12*rng.Float64()
	h.joins, h.drops = 0.2*rng.Float64(), 0.3*rng.Float64()
	if lang == "en" {
		h.drops, h.joins = 2*h.drops, h.joins/2
	}
	return h
}

func (h *hand) chance(p float64) bool { return h.rng.Float64() < p }

// write writes words as this hand does. Masked words stay.
func (h *hand) write(words []string) []string {
	out := make([]string, 0, len(words))
	together := "" // what the next word is written together with
	for _, w := range words {
		if w[0] == '_' {
			if together != "" {
				out, together = append(out, together), ""
			}
			out = append(out, w)
			continue
		}
		if slices.Contains(leftOut, w) && h.chance(h.drops*h.share) {
			continue
		}
		w = together + h.word(w)
		together = ""
		if slices.Contains(joined, w) && h.chance(h.joins*h.share) {
			together = w
			continue
		}
		if w != "" {
			out = append(out, w)
		}
	}
	if together != "" {
		out = append(out, together)
	}
	return out
}

// word writes one word; it may come to nothing.
func (h *hand) word(w string) string {
	if !h.chance(h.share) || w[0] >= '0' && w[0] <= '9' {
		return w
	}
	if short, ok := shortHand[w]; ok {
		if h.chance(h.short) {
			return short
		}
		return w
	}
	w = h.spells.Replace(w)
	if len(w) <= 3 {
		return w
	}
	if h.chance(h.ends) {
		w = w[:spoken(w)]
	}
	if h.chance(h.slips) {
		w = slip(w, h.rng)
	}
	b := []byte(w)
	for i, c := range b {
		if i > 0 && isVowel(c) && h.chance(h.vowels) {
			b[i] = vowels[h.rng.IntN(len(vowels))]
		}
	}
	return string(b)
}

const vowels = "aeiou"

// slip loses the last letter, loses one, or swaps two.
func slip(w string, rng *rand.Rand) string {
	if len(w) < 4 {
		return w
	}
	switch i := rng.IntN(len(w) - 1); rng.IntN(3) {
	case 0:
		return w[:len(w)-1]
	case 1:
		return w[:i] + w[i+1:]
	default:
		return w[:i] + w[i+1:i+2] + w[i:i+1] + w[i+2:]
	}
}
