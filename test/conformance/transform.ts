export { transform } from './transform/transform.js'
