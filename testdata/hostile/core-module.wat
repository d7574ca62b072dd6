;; A core module, which no tool has made a component of.
;; Limit: components only.
(module
  (func (export "check")))
