package understand

import (
	"math/rand/v2"
	"strings"
)

// People write as they hear, on small keys, in a second language. The models learn from each example a second time as such a
// hand might have written it, so that they know more than the spellings that the examples' authors thought of.

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

// otherEar is one in how many words is spelt as those of the other language are.
const otherEar = 5

// noisy writes words of a language as somebody might who spells by ear: each is misspelt with the chance of share. Masked words
// stay.
func noisy(words []string, share float64, lang string, rng *rand.Rand) []string {
	out := make([]string, 0, len(words))
	for _, w := range words {
		if w[0] == '_' || rng.Float64() >= share {
			out = append(out, w)
			continue
		}
		if short, ok := shortHand[w]; ok {
			out = append(out, short)
			continue
		}
		table := spanishEar
		if (lang == "en") != (rng.IntN(otherEar) == 0) { // those who mix languages spell one as they spell the other
			table = englishEar
		}
		for range 1 + rng.IntN(2) {
			w = byEar(w, table, rng)
		}
		switch rng.IntN(6) {
		case 0, 1:
			w = slip(w, rng)
		case 2, 3:
			w = w[:spoken(w)]
		}
		if w != "" {
			out = append(out, w)
		}
	}
	return out
}

// byEar changes one spelling that falls together with another.
func byEar(w string, table []string, rng *rand.Rand) string {
	at := rng.IntN(len(table) / 2)
	for range len(table) / 2 { // from a random place on, the first that occurs
		from, to := table[2*at], table[2*at+1]
		if strings.Contains(w, from) {
			return strings.Replace(w, from, to, 1)
		}
		at = (at + 1) % (len(table) / 2)
	}
	return w
}

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
