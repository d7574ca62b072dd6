;; Speaks a later major version of the contract.
;; Limit: the version of the contract.
(component
  (instance $any)
  (export "keyreeve:policy/rule@2.0.0" (instance $any))
  (export "keyreeve:policy/keys@2.0.0" (instance $any)))
