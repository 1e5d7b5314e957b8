package understand

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxRunes is how much of a message is read: a person's longest story fits, a flood does not.
const maxRunes = 2000

// fold lowers text, takes the accents off and drops what cannot be seen, so that "Refugió" and "refugio" are one word.
func fold(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFD.String(s) {
		switch {
		case r < utf8.RuneSelf:
			b.WriteByte(lower(byte(r)))
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r):
			// accents; zero-width and direction marks
		case r == '’' || r == '‘' || r == '´' || r == 'ʼ':
			b.WriteByte('\'')
		case r == 'ß':
			b.WriteString("ss")
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || c >= 'A' && c <= 'Z' {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// clip keeps the first maxRunes of a message, as valid UTF-8.
func clip(s string) string {
	if len(s) <= maxRunes {
		return strings.ToValidUTF8(s, " ")
	}
	n := 0
	for i := range s {
		if n == maxRunes {
			s = s[:i]
			break
		}
		n++
	}
	return strings.ToValidUTF8(s, " ")
}

// tokens splits folded text into words and numbers. An apostrophe inside a word is left out ("don't" is "dont"), and a
// letter, hyphen and number make one word ("i-589" is "i589"), for those are names of forms. A letter that is drawn out is
// written once or twice ("ayudaaaa").
func tokens(folded string) []string {
	words := make([]string, 0, 16)
	var b []byte
	flush := func() {
		if len(b) > 0 {
			words = append(words, string(b))
			b = b[:0]
		}
	}
	owner := false
	for i, r := range folded {
		switch {
		case owner:
			owner = false
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			if n := len(b); r < utf8.RuneSelf && n >= 2 && b[n-1] == byte(r) && b[n-2] == byte(r) && unicode.IsLetter(r) {
				continue
			}
			b = utf8.AppendRune(b, r)
			if len(b) > 40 { // no word is longer; noise is
				flush()
			}
		case r == '\'':
			if strings.HasPrefix(folded[i:], "'s") && (i+2 == len(folded) || !isLetter(folded[i+2])) && len(b) > 3 {
				owner = true // "Argentina's" names Argentina
				flush()
			}
		case r == '-' && len(b) == 1 && i+1 < len(folded) && folded[i+1] >= '0' && folded[i+1] <= '9':
		case r == '.' && len(b) == 1 && i+2 < len(folded) && isLetter(folded[i+1]) && (i+2 == len(folded) || folded[i+2] == '.'):
			// u.s.a.: the letters of an abbreviation stay together
		case r == '.' && len(b) > 1 && len(b) < 4 && i >= 2 && folded[i-2] == '.' && i+1 < len(folded) && isLetter(folded[i+1]):
		default:
			flush()
		}
	}
	flush()
	return words
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' }

// sound writes a word as it is heard in Spanish, so that the usual misspellings fall together: b and v, s c z, y and ll, k qu
// c, g and j before e and i, a silent h. English words lose little by it.
func sound(w string) string {
	var b strings.Builder
	b.Grow(len(w))
	for i := 0; i < len(w); i++ {
		c := w[i]
		next := byte(0)
		if i+1 < len(w) {
			next = w[i+1]
		}
		switch c {
		case 'v':
			c = 'b'
		case 'z', 'x':
			c = 's'
		case 'c':
			switch next {
			case 'e', 'i', 'y':
				c = 's'
			case 'h':
				b.WriteString("ch")
				i++
				continue
			default:
				c = 'k'
			}
		case 'q':
			c = 'k'
			if next == 'u' {
				i++
			}
		case 'g':
			if next == 'e' || next == 'i' {
				c = 'j'
			}
		case 'l':
			if next == 'l' {
				c = 'y'
				i++
			}
		case 'h':
			continue
		case 'w':
			c = 'u'
		case 'y':
			if !isVowel(next) {
				c = 'i' // asylum, acilum; soy, soi
			}
		case 'm':
			if next == 'b' || next == 'p' || next == 'v' {
				c = 'n' // tambien, tanbien
			}
		}
		if n := b.Len(); n > 0 && b.String()[n-1] == c {
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

func isVowel(c byte) bool { return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' }
