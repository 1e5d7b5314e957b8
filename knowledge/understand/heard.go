package understand

// heardName is a name of several words that is told by its skeletons.
type heardName struct {
	words []string
	place *Place
}

// A name of several words is told by ear where its skeletons have so many consonants together, and so many words at most.
const (
	heardConsonants = 5
	heardWords      = 4
)

// hear keeps a name of several words by their skeletons, so that "siuda idalgo" names Ciudad Hidalgo.
func (g *Gazetteer) hear(words []string, p *Place) {
	if len(words) < 2 || len(words) > heardWords || p.Kind == "paper" {
		return
	}
	var buf [heardWords * maxSkeleton]byte
	k := string(skeletons(buf[:0], words))
	if len(k)-len(words) < heardConsonants {
		return
	}
	if _, taken := g.heard[k]; !taken {
		g.heard[k] = heardName{words, p}
	}
}

// skeletons adds the skeletons of some words to b, each with a space behind it.
func skeletons(b []byte, words []string) []byte {
	var buf [maxSkeleton]byte
	for _, w := range words {
		b = append(b, skeleton(buf[:], w)...)
		b = append(b, ' ')
	}
	return b
}

// heardAt finds a name of several words at the beginning of words that is misspelt by ear, and how many words it has. One of
// them at least must be no usual word: "sin cita" is no place.
func (g *Gazetteer) heardAt(words []string, spell *speller) (*Place, int) {
	var buf [heardWords * maxSkeleton]byte
	b := buf[:0]
	rare := false
	for n := 1; n <= min(len(words), heardWords); n++ {
		w := words[n-1]
		if len(w) > maxSkeleton-8 {
			return nil, 0
		}
		b = skeletons(b, words[n-1:n])
		if n == 1 && len(b) < 2 {
			return nil, 0
		}
		rare = rare || !spell.common(w)
		if n == 1 || !rare {
			continue
		}
		name, ok := g.heard[string(b)]
		if !ok {
			continue
		}
		var far, length float64
		for i, w := range name.words {
			far += heardDistance(words[i], w)
			length += float64(len(w))
		}
		if far <= spellLimit*length {
			return name.place, n
		}
	}
	return nil, 0
}
