;; Wants something of the contract's own package that there is not.
;; Limit: no imports but the contract's.
(component
  (import "keyreeve:policy/files@1.1.0" (instance (export "read" (func (param "path" string) (result string)))))
  (instance $any)
  (export "keyreeve:policy/rule@1.1.0" (instance $any))
  (export "keyreeve:policy/keys@1.1.0" (instance $any)))
