package understand

import (
	"math"
	"strings"
)

// How much else in a message speaks for danger now, or against it, in logits: found on the project's own test questions.
// Somebody in danger seldom asks for information; what is plainly a question on a known subject seldom tells of danger.
const (
	asksWeight    = -1.2 // it is a question that asks for information
	topicWeight   = -2.0 // how surely it is about one subject, above topicSure
	topicSure     = 0.4
	strangeWeight = -3.5 // how surely it is about nothing that this assistant knows, above one half
	nowWeight     = 0.8  // it says that it is now
)

// readDanger judges how likely the message tells of danger now, and of which kind. It follows the reading of topics.
func (e *Engine) readDanger(r *Reading, fs []uint32) {
	classes := e.models.danger.classes
	p := make([]float32, len(classes))
	e.models.danger.scores(fs, p)
	best := -1
	safe := float32(0)
	for i, class := range classes {
		switch {
		case class == classSafe:
			safe = p[i]
		case best < 0 || p[i] > p[best]:
			best = i
		}
	}
	r.Danger = classes[best]
	if r.Content == 0 && !r.Child {
		return // "I am in Houston" and "mx-12" tell of nothing; "tengo 12" may
	}
	logit := odds(1 - safe)
	if asksInformation(r) {
		logit += asksWeight
	}
	logit += topicWeight * max(0, float64(r.Top().Score)-topicSure)
	logit += strangeWeight * max(0, float64(r.OffTopic)-0.5)
	if r.HasPhrase(nowPhrases...) {
		logit += nowWeight
	}
	r.DangerScore = float32(1 / (1 + math.Exp(-logit)))
}

// odds are the logarithm of p against not p.
func odds(p float32) float64 {
	return math.Log(float64(p)+1e-6) - math.Log(float64(1-p)+1e-6)
}

// Phrases that say that something is going on.
var nowPhrases = []string{
	"ahora", "ahorita", "ahora mismo", "en este momento", "todavia", "acaba de", "acaban de", "me acaba", "me acaban", "esta noche", "anoche", "hoy mismo", "afuera", "ya vienen", "viene", "vienen",
	"auxilio", "now", "right now", "just now", "outside", "tonight", "still here", "is coming", "are coming", "coming back", "please help", "ayuda", "ayudenme", "ayudeme", "in one hour", "in an hour", "en una hora", "manana temprano", "escondido", "escondida", "escondidos", "hiding", "every night", "cada noche", "since yesterday", "desde ayer", "desde anoche", "no para", "no paro", "wont stop", "dont stop", "they took", "me quitaron", "nos quitaron", "se llevaron",
}

// Ways in which a question for information begins or goes on.
var asking = []string{
	"can i", "can we", "can they", "can he", "can she", "could i", "do i", "do we", "do they", "does it", "does he", "is it", "is there", "are there", "how do i", "how do", "how can", "how long", "how many", "how much",
	"what is", "what are", "what does", "what do", "what rights", "what happens", "where can", "where is", "where do", "who can", "who takes", "which", "should i", "am i", "is that", "will they", "does that", "can my", "do you know", "what support",
	"puedo", "puede", "pueden", "podemos", "se puede", "hay alguna", "hay algun", "hay apoyo", "como se", "como puedo", "como hago", "cual es", "cuales son", "cuanto", "cuantos", "cuanta", "que es", "que son", "que significa", "que papeles", "que derechos", "que apoyo",
	"que pasa si", "donde puedo", "donde hay", "donde denuncio", "quien puede", "quien me ayuda", "tengo derecho", "eso cuenta", "eso vale", "sirve para", "es verdad", "es legal", "califico", "necesito para", "la diferencia", "me dan", "me toca",
}

// asksInformation tells whether a message asks a question, and not only "what do I do?".
func asksInformation(r *Reading) bool {
	if r.HasPhrase("que hago", "que hacemos", "what do i do", "what do we do", "what can we do") {
		return false
	}
	return strings.ContainsAny(r.folded, "?") && r.Words > 3 || r.HasPhrase(asking...)
}
