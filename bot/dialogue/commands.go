package dialogue

import (
	"strings"

	"cobijo/knowledge/guidance"
)

// commands are what can be written with a slash, in both languages.
var commands = map[string]string{
	"start": "start", "inicio": "start", "empezar": "start",
	"help": "help", "ayuda": "help", "ayudar": "help",
	"menu": "menu", "menú": "menu",
	"language": "language", "idioma": "language", "lang": "language",
	"country": "country", "pais": "country", "país": "country",
	"emergency": "emergency", "emergencia": "emergency", "sos": "emergency",
	"commitments": "commitments", "compromisos": "commitments",
	"privacy": "privacy", "privacidad": "privacy",
	"forget": "forget", "olvidar": "forget", "borrar": "forget", "salir": "forget", "exit": "forget", "delete": "forget",
	"about": "about", "acerca": "about",
	"neutral": "neutral", "staff": "staff", "equipo": "staff",
	"version": "about", "pack": "pack", "guardar": "pack", "save": "pack", "compare": "compare", "comparar": "compare", "coverage": "coverage", "cobertura": "coverage",
}

// bareWords work without a slash, in any state: the ways out.
var bareWords = map[string]string{
	"menu": "menu", "menú": "menu", "salir": "forget", "borrar": "forget", "exit": "forget", "delete": "forget", "neutral": "neutral",
	"español": "es", "espanol": "es", "spanish": "es", "english": "en", "ingles": "en", "inglés": "en", "castellano": "es",
	"ayuda": "help", "help": "help", "start": "start", "inicio": "start", "idioma": "language", "language": "language",
}

// command does what a command says; it reports whether the text was one.
func (t *turn) command(text string) bool {
	word := strings.ToLower(strings.TrimRight(text, ".!¡ "))
	rest := ""
	name, isBare := bareWords[word]
	if slash, ok := strings.CutPrefix(word, "/"); ok {
		slash, rest, _ = strings.Cut(slash, " ")
		slash, _, _ = strings.Cut(slash, "@") // a group's way of naming the bot
		if name, ok = commands[slash]; !ok {
			t.say(Reply{Kind: Menu, Text: t.text("no_command"), Choices: t.menuChoices()})
			return true
		}
	} else if !isBare {
		return false
	}
	t.s.Awaits = ""
	switch name {
	case "start":
		t.welcome()
	case "help", "menu":
		t.menu()
	case "language":
		t.chooseLanguage(rest)
	case "es", "en":
		t.chooseLanguage(name)
	case "country":
		if rest != "" {
			if r := t.base.Understand.Read(rest, t.now); len(r.Countries) > 0 {
				rest = r.Countries[0]
			}
		}
		if !t.chooseCountry(rest, "") {
			t.chooseCountry("", "")
		}
	case "emergency":
		t.numbers()
	case "commitments":
		if rest == "" {
			t.commitmentsMenu()
			break
		}
		r := t.base.Understand.Read(rest, t.now)
		t.commitments(r, t.base.Understand.Statement(r))
	case "privacy":
		t.privacy()
	case "forget":
		t.forget()
	case "about":
		t.about()
	case "neutral":
		t.neutral()
	case "staff":
		t.s.Staff = true
		t.say(Reply{Kind: Menu, Text: t.text("staff_on"), Choices: []Choice{t.choice(actCommitments, "btn_commitments"), t.choice(actMenu, "btn_menu")}})
	case "pack":
		t.pack()
	case "compare":
		t.compareAll(compareAll)
	case "coverage":
		country := t.s.Country
		if !t.known(country) {
			country = guidance.Regional
		}
		t.coverage(country)
	}
	return true
}
