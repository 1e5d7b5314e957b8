package understand

// spelt gives what a word was meant to be: what a shorthand stands for, or the word corrected.
func (s *speller) spelt(w, lang string) string {
	if len(w) <= maxShort && lang != "" {
		table := shortSpanish
		if lang == "en" {
			table = shortEnglish
		}
		if long, ok := table[w]; ok {
			return long
		}
	}
	return s.correct(w, lang)
}

const maxShort = 5

// Ways of writing the smallest words that no rule of sound leads back from.
var (
	shortSpanish = map[string]string{
		"q": "que", "k": "que", "ke": "que", "qe": "que", "x": "por", "xq": "porque", "pq": "porque", "porq": "porque", "pa": "para", "pal": "para", "i": "y", "ai": "hay", "ay": "hay",
		"toy": "estoy", "ta": "esta", "tamos": "estamos", "boi": "voy", "bo": "voy", "ba": "va", "ban": "van", "onde": "donde", "aki": "aqui", "ase": "hace", "asen": "hacen", "naiden": "nadie", "pos": "pues", "d": "de", "tb": "tambien", "ami": "mi", "ala": "la", "alos": "los", "muger": "mujer",
	}
	shortEnglish = map[string]string{
		"u": "you", "r": "are", "ur": "your", "de": "the", "da": "the", "dey": "they", "dem": "them", "der": "there", "dere": "there", "dat": "that", "dis": "this", "dose": "those", "wit": "with", "wid": "with", "wat": "what", "wut": "what", "wer": "where", "wen": "when", "wy": "why", "wich": "which",
		"bc": "because", "coz": "because", "cuz": "because", "cos": "because", "pls": "please", "plz": "please", "plis": "please", "kan": "can", "hav": "have", "giv": "give", "hau": "how", "oder": "other", "anser": "answer", "rite": "right", "yob": "job", "mi": "my", "mai": "my", "im": "im", "tek": "take", "tief": "steal", "yer": "year", "til": "until", "wan": "want", "gud": "good", "fren": "friend", "brada": "brother", "mudda": "mother", "fada": "father", "sista": "sister", "tink": "think", "ting": "thing", "tings": "things", "ppl": "people",
	}
)
