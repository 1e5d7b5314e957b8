package guidance

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"cobijo/knowledge/lint"
)

// today is the day on which the fixture is checked.
var today = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

const front0 = "---\nreviewed: 2026-11-20\nconfidence: high\nvolatile: false\nsources: [zz-law]\ncontacts: [zz-office]\nrelated: [deadlines, work]\n---\n"

const goodEN = front0 + `You ask for asylum at the office, and it is free.

1. Go to the office soon.
2. Call 55 1234 5678 before you go.

***

You can also write to the office.
`

const goodES = front0 + `Usted pide asilo en la oficina y es gratis.

1. Vaya pronto a la oficina.
2. Llame al 55 1234 5678 antes de ir.

***

Usted puede también llamar a la oficina.
`

const countries = `zz:
  role: country
  zone: America/Panama
  name: {es: "Zeta", en: "Zed"}
  in: {es: "en Zeta", en: "in Zed"}
yy:
  role: country
  zone: America/Panama
  name: {es: "Ye", en: "Wye"}
  in: {es: "en Ye", en: "in Wye"}
regional:
  role: fallback
  zone: America/Panama
  name: {es: "La región", en: "The region"}
  in: {es: "en la región", en: "in the region"}
`

const topics = `groups:
  - {id: asking, title: {es: "Pedir", en: "Asking"}}
topics:
  - {id: how-to-apply, group: asking, core: true, title: {es: "Cómo pedir", en: "How to ask"}}
  - {id: deadlines, group: asking, title: {es: "Plazos", en: "Deadlines"}}
  - {id: work, group: asking, title: {es: "Trabajo", en: "Work"}}
`

const contacts = `- id: zz-office-north
  kind: authority
  name: {es: "Oficina del norte", en: "Northern office"}
  phones: [{number: "01 800 000 0000", dial: "+528000000000"}]
  sources: [zz-law]
- id: zz-office
  kind: authority
  name: {es: "Oficina", en: "Office"}
  phones: [{number: "55 1234 5678", dial: "+525512345678"}]
  whatsapp: "+525599998888"
  hours: {es: "24 horas", en: "24 hours"}
  sources: [zz-law]
  as_of: 2026-10
- id: zz-line
  kind: hotline
  name: {es: "Línea", en: "Line"}
  phones: [{number: "079", dial: "079"}]
  sources: [zz-law]
  helps: [violence]
- id: zz-police
  kind: emergency
  name: {es: "Emergencias", en: "Emergency"}
  phones: [{number: "911", dial: "911"}]
  sources: [zz-law]
  helps: [violence]
`

const facts = `authority: {acronym: ZZ, name: {es: "Oficina", en: "Office"}, url: "https://zz.example"}
deadline:
  amount: 30
  unit: working-days
  sources: [zz-law]
appeal: {unit: none, sources: [all-law]}
cost: {es: "Gratis", en: "Free", sources: [zz-law]}
`

const rumour = `id: pay
country: zz
topic: how-to-apply
verdict: "false"
claim: {es: "Hay que pagar.", en: "You must pay."}
answer: {es: "Pedir asilo es gratis.", en: "It is free to ask."}
sources: [zz-law]
reviewed: 2026-11-20
asks: {es: ["hay que pagar"], en: ["do i have to pay"]}
`

const emergency = "---\nreviewed: 2026-11-20\nsources: [all-law]\n---\n"

// content is a small content without faults.
func content() fstest.MapFS {
	fsys := fstest.MapFS{}
	put := func(file, text string) { fsys[file] = &fstest.MapFile{Data: []byte(text)} }
	put("countries.yaml", countries)
	put("topics.yaml", topics)
	put("guidance/regional/sources.yaml", "- {id: all-law, title: Law, publisher: UN, url: \"https://un.example\", as_of: 2020}\n")
	put("guidance/regional/country.yaml", "cost: {es: Gratis, en: Free, sources: [all-law]}\n")
	put("guidance/zz/sources.yaml", "- {id: zz-law, title: Law, publisher: Zed, url: \"https://zz.example\", as_of: 2026-11-01}\n- {id: zz-guide, title: Guide, publisher: Zed, url: \"https://zz.example/guide\", as_of: null}\n")
	put("guidance/zz/contacts.yaml", contacts)
	put("guidance/zz/country.yaml", facts)
	put("guidance/zz/how-to-apply.en.md", goodEN)
	put("guidance/zz/how-to-apply.es.md", goodES)
	regional := strings.NewReplacer("zz-law", "all-law", "[zz-office]", "[]", " 55 1234 5678", "")
	put("guidance/regional/how-to-apply.en.md", regional.Replace(goodEN))
	put("guidance/regional/how-to-apply.es.md", regional.Replace(goodES))
	put("rumours/pay.yaml", rumour)
	for _, d := range append([]string{General}, Dangers...) {
		put(fmt.Sprintf("emergency/%s.en.md", d), emergency+"Call for help now.\n")
		put(fmt.Sprintf("emergency/%s.es.md", d), emergency+"Vaya a un lugar con gente.\n")
	}
	return fsys
}

// edit changes old to new, once, in a file of the content.
func edit(t *testing.T, fsys fstest.MapFS, file, old, new string) {
	t.Helper()
	f := fsys[file]
	if f == nil || !strings.Contains(string(f.Data), old) {
		t.Fatalf("%s holds no %q", file, old)
	}
	fsys[file] = &fstest.MapFile{Data: []byte(strings.Replace(string(f.Data), old, new, 1))}
}

// all gives what Load and Check say of a content.
func all(fsys fstest.MapFS) (*Library, []string) {
	l, faults := Load(fsys)
	return l, said(append(faults, l.Check(fsys, today)...))
}

func said(faults lint.Faults) []string {
	var lines []string
	for _, f := range faults {
		lines = append(lines, f.Error())
	}
	return lines
}

func mustLoad(t *testing.T, fsys fstest.MapFS) *Library {
	t.Helper()
	l, faults := Load(fsys)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	return l
}
