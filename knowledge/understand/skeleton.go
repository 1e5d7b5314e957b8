package understand

// maxSkeleton is room for the skeleton of the longest word.
const maxSkeleton = 48

// skeleton is what is left of a word when it is only heard: its consonants, those that are easily taken for each other as one,
// without the endings that many do not speak. "loya" and "lawyer", "ticher" and "teacher", "solisitu" and "solicitud" have the
// same. Too much falls together to know a word by it alone: it says which words a misspelt one may be. w is folded; b is
// where it is written, and given back.
func skeleton(b []byte, w string) []byte {
	b = b[:0]
	n := spoken(w)
	add := func(c byte) {
		if len(b) == 0 || b[len(b)-1] != c {
			b = append(b, c)
		}
	}
	i := 0
	for i < n && w[i] == 'h' {
		i++
	}
	for begin := i; i < n; i++ {
		c, next := w[i], byte(0)
		if i+1 < n {
			next = w[i+1]
		}
		switch c {
		case 'a', 'e', 'i', 'o', 'u', 'y':
			if i == begin && c != 'y' {
				add('a')
			}
			if c == 'y' && isVowel(next) && (i == 0 || isVowel(w[i-1]) || w[i-1] == 'w') {
				add('y')
			}
		case 'h':
		case 'w':
			if i == 0 && next == 'r' || i > 0 && isVowel(w[i-1]) {
				continue // write; law
			}
			if i == 0 && next == 'u' {
				continue
			}
			add('w')
		case 'b', 'v':
			add('b')
		case 'p':
			if next == 'h' {
				c = 'f'
			}
			add(c)
		case 't', 'd':
			if next == 'i' && i+3 < n && w[i+2] == 'o' && w[i+3] == 'n' {
				c = 's' // -tion, and -cion beside it
			} else {
				c = 't'
			}
			add(c)
		case 's', 'z', 'x':
			if next == 'h' {
				add('c')
				i++
				continue
			}
			add('s')
		case 'c':
			switch next {
			case 'h':
				if i > 0 && w[i-1] == 's' {
					add('k') // school
				} else {
					add('c')
				}
				i++
			case 'e', 'i', 'y':
				add('s')
			default:
				add('k')
			}
		case 'k':
			if i == 0 && next == 'n' {
				continue // know
			}
			add('k')
		case 'q':
			add('k')
			if next == 'u' {
				i++
			}
		case 'g':
			switch next {
			case 'h':
				if i == 0 {
					add('g')
				}
				i++ // right
			case 'n': // foreign
			default:
				add('g')
			}
		case 'j':
			add('g') // gente, jente; siguen, sigen
		case 'm':
			if next == 'b' || next == 'p' || next == 'v' {
				c = 'n'
			}
			add(c)
		case 'l':
			if next == 'l' && i+2 < n && isVowel(w[i+2]) && i == 0 {
				add('y') // llevar
				i++
				continue
			}
			add('l')
		default:
			add(c)
		}
	}
	return b
}

// spoken is how much of a word is spoken by those who drop endings: "papele", "solicitu", "camella", "husban", "mont", "pendin".
func spoken(w string) int {
	n := len(w)
	drop := func(c byte) bool {
		if n > 3 && w[n-1] == c {
			n--
			return true
		}
		return false
	}
	drop('s')
	switch {
	case n > 4 && w[n-2:n] == "th" && !isVowel(w[n-3]):
		n -= 2
	case n > 4 && w[n-3:n] == "ing":
		n--
	case drop('d'), drop('r'):
	case n > 3 && w[n-1] == 't' && w[n-2] != 'h' && !isVowel(w[n-2]):
		n--
	case n > 5 && (w[n-2:n] == "re" || w[n-2:n] == "ce" || w[n-2:n] == "se"):
		n -= 2
	}
	return n
}
