package understand

import "slices"

// FNV-1a, inlined over the parts of a feature so that no string is built for it.
const (
	fnvOffset uint32 = 2166136261
	fnvPrime  uint32 = 16777619
)

func hashString(h uint32, s string) uint32 {
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * fnvPrime
	}
	return h
}

// start begins the hash of one kind of feature.
func start(kind byte) uint32 { return (fnvOffset ^ uint32(kind)) * fnvPrime }

func bucket(h uint32) uint32 {
	h ^= h >> 15
	h *= 0x2c1b3c6d
	h ^= h >> 12
	return h & (buckets - 1)
}

// piece is how long the pieces of a word are that carry it when it is misspelt. Three to five, or two to six, gained nothing
// in cross-validation and made the model larger.
const piece = 4

// featuresOf turns masked words into hashed features: each word, its beginning (a stem that serves both languages), pairs of
// neighbours and of those one apart, the skeleton and the pieces of the word as it sounds, the usual word that a misspelt one was
// meant to be, and the concepts that the words stand for, alone, in sequence and in pairs.
func (r *reader) featuresOf(words, meant []string) []uint32 {
	fs := make([]uint32, 0, 24*len(words)+4)
	add := func(kind byte, parts ...string) {
		h := start(kind)
		for _, p := range parts {
			h = hashString(h, p)
			h = (h ^ 0xff) * fnvPrime
		}
		fs = append(fs, bucket(h))
	}
	first := [1]string{"^"}
	before := first[:] // the concepts of the last word that had any
	all := make([]string, 0, 32)
	cs := make([]string, 0, 8)
	var buf [maxSkeleton]byte
	for i, w := range words {
		add('w', w)
		add('s', stem(w))
		// Of neighbours counts what they were meant to be: two words by ear are seldom seen together again.
		m := meant[i]
		ms, prev := stem(m), "^"
		if i > 0 {
			prev = stem(meant[i-1])
		}
		add('b', prev, ms)
		if i > 1 {
			add('k', stem(meant[i-2]), ms)
		}
		if w[0] == '_' {
			continue
		}
		if k := skeleton(buf[:], w); len(k) >= 2 {
			add('x', string(k))
		}
		heard := sound(w)
		snd := "^" + heard + "$"
		for j := 0; j+piece <= len(snd); j++ {
			add('c', snd[j:j+piece])
		}
		cs = cs[:0]
		if m != w {
			add('w', m)
			add('s', ms)
			cs = r.concepts.of(sound(m), cs)
		}
		if len(cs) == 0 {
			cs = r.concepts.of(heard, cs)
		}
		if len(cs) == 0 {
			continue
		}
		for _, c := range cs {
			add('g', c)
			for _, p := range before {
				add('h', p, c)
			}
		}
		n := len(all)
		all = append(all, cs...)
		before = all[n:]
	}
	if n := len(words); n > 0 {
		add('b', stem(meant[n-1]), "$")
	}
	// Which concepts stand together tells more than each of them; a story that names them all tells nothing.
	slices.Sort(all)
	all = slices.Compact(all)
	for i := range all[:min(len(all), maxPaired)] {
		for j := i + 1; j < min(len(all), maxPaired); j++ {
			add('i', all[i], all[j])
		}
	}
	slices.Sort(fs)
	return slices.Compact(fs)
}

// maxPaired is how many concepts of a message are paired with each other.
const maxPaired = 30

// stem is the beginning of a word, by which its forms fall together.
func stem(w string) string {
	if w[0] == '_' || len(w) <= 5 {
		return w
	}
	return w[:5]
}
