// Package seeds holds all that Cobijo tells people, as files that editors change without programming.
//
// FS is the content that the binary carries: README.md tells how its files are laid out. Built with the tag lean, it is without the
// example questions, which are there to train from: the models that were trained from them are carried all the same.
package seeds
