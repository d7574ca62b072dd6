;; A component that instantiates twice whatever component it is given.
;; Limit: the ways in which a component can come in, without which its size could not be told before it is compiled.
(component
  (component $large (core module $code) (core instance (instantiate $code)))
  (component $twice
    (import "given" (component $given))
    (instance (instantiate $given))
    (instance (instantiate $given)))
  (instance (instantiate $twice (with "given" (component $large))))
  (instance $any)
  (export "keyreeve:policy/rule@1.1.0" (instance $any))
  (export "keyreeve:policy/keys@1.1.0" (instance $any)))
