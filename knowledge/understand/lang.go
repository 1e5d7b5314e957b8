package understand

import (
	"slices"
	"strings"
	"unicode"
)

// Spoken are the languages that the assistant answers in.
var Spoken = []string{"es", "en"}

// langFeatures are the words, their endings and the pieces of one to three letters of a text, accents kept: they tell
// languages apart.
func langFeatures(text string) []uint32 {
	text = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || r == '\'' || r == '’' || r == '¿' || r == '¡' {
			return unicode.ToLower(r)
		}
		return ' '
	}, clip(text))
	fs := make([]uint32, 0, 4*len(text))
	for w := range strings.FieldsSeq(text) {
		fs = append(fs, bucket(hashString(start('l'), w)))
		rs := []rune("^" + w + "$")
		if len(rs) > 30 {
			continue
		}
		for n := 2; n <= 4; n++ {
			for j := 0; j+n <= len(rs); j++ {
				fs = append(fs, bucket(hashString(start('m'), string(rs[j:j+n]))))
			}
		}
	}
	slices.Sort(fs)
	return slices.Compact(fs)
}

// language gives the likeliest language of a text and how likely it is; "" where nothing can be told. Names of places and
// offices are the same in every language: they are left out.
func (e *Engine) language(text string) (string, float32) {
	fs := langFeatures(text)
	if len(fs) == 0 {
		return "", 0
	}
	p := make([]float32, len(e.models.lang.classes))
	e.models.lang.scores(fs, p)
	best := 0
	for i := range p {
		if p[i] > p[best] {
			best = i
		}
	}
	return e.models.lang.classes[best], p[best]
}
