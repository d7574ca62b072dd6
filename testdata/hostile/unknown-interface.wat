;; Examines a kind of fact that this host does not know.
;; Limit: the interfaces of the contract: not to call it would be a pass.
(component
  (instance $any)
  (export "keyreeve:policy/rule@1.1.0" (instance $any))
  (export "keyreeve:policy/keys@1.1.0" (instance $any))
  (export "keyreeve:policy/secrets@1.1.0" (instance $any)))
