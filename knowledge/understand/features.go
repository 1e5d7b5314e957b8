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

// featuresOf turns words into hashed features: each word, its beginning (a stem that serves both languages), pairs of
// neighbours and of those one apart, and the pieces of three to five letters of each word as it sounds, which carry misspelt words.
func featuresOf(words []string) []uint32 {
	fs := make([]uint32, 0, 24*len(words)+4)
	add := func(kind byte, parts ...string) {
		h := start(kind)
		for _, p := range parts {
			h = hashString(h, p)
			h = (h ^ 0xff) * fnvPrime
		}
		fs = append(fs, bucket(h))
	}
	stems := make([]string, len(words))
	for i, w := range words {
		stems[i] = stem(w)
	}
	for i, w := range words {
		add('w', w)
		add('s', stems[i])
		prev := "^"
		if i > 0 {
			prev = stems[i-1]
		}
		add('b', prev, stems[i])
		if i > 1 {
			add('k', stems[i-2], stems[i])
		}
		if w[0] == '_' {
			continue
		}
		snd := "^" + sound(w) + "$"
		for n := 3; n <= 5; n++ {
			for j := 0; j+n <= len(snd); j++ {
				add('c', snd[j:j+n])
			}
		}
	}
	if n := len(words); n > 0 {
		add('b', stems[n-1], "$")
	}
	slices.Sort(fs)
	return slices.Compact(fs)
}

// stem is the beginning of a word, by which its forms fall together.
func stem(w string) string {
	if w[0] == '_' || len(w) <= 5 {
		return w
	}
	return w[:5]
}
